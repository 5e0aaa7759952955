"""Datasets the engine reads: one folder per reader, one row here."""

SOURCES: dict[str, str] = {
    "procedural": "stages.sources.procedural:Procedural",
    "scannet": "stages.sources.scannet:ScanNet",
    "coco": "stages.sources.coco:Coco",
    "visual_genome": "stages.sources.visual_genome:VisualGenome",
    "cityscapes": "stages.sources.cityscapes:Cityscapes",
    "flickr30k": "stages.sources.flickr30k:Flickr30k",
    "as1b": "stages.sources.as1b:AllSeeing",
    "image_folder": "stages.sources.image_folder:ImageFolder",
    "huggingface": "stages.sources.huggingface:HuggingFace",
    "posed_rgbd": "stages.sources.posed_rgbd:PosedRgbd",
    "sunrgbd": "stages.sources.sunrgbd:SunRgbd",
    "embodiedscan": "stages.sources.embodiedscan:EmbodiedScan",
    "multiscan": "stages.sources.multiscan:MultiScan",
    "threerscan": "stages.sources.threerscan:ThreeRScan",
    "matterport3d": "stages.sources.matterport3d:Matterport3D",
    "r2r": "stages.sources.r2r:R2R",
}
