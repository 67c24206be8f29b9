"""The adapter as PEFT writes it: adapter_model.safetensors and adapter_config.json."""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

sys.path.append(str(Path(__file__).parent.parent))
from common.llama import MATRICES, halves


def tensors(model, dtype=torch.float16):
    """Tensors by PEFT's names."""
    found = {}
    for index, layer in enumerate(model.layers):
        for name, theirs in MATRICES.items():
            adapted = getattr(layer, name)
            lora_b = adapted.lora_b.detach()
            if name in ("attn_q", "attn_k"):
                lora_b = halves(lora_b, model.shape.head)
            prefix = f"base_model.model.model.layers.{index}.{theirs}"
            found[f"{prefix}.lora_A.weight"] = adapted.lora_a.detach().to(dtype).contiguous()
            found[f"{prefix}.lora_B.weight"] = lora_b.to(dtype).contiguous()
    return found


def export(model, folder, base_name):
    """Writes both files."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors(model), folder / "adapter_model.safetensors", metadata={"format": "pt"})
    config = {
        "base_model_name_or_path": base_name,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "lora_alpha": model.alpha,
        "lora_dropout": model.dropout,
        "peft_type": "LORA",
        "r": model.rank,
        "target_modules": sorted(name.split(".")[1] for name in MATRICES.values()),
        "task_type": "CAUSAL_LM",
        "use_dora": False,
        "use_rslora": False,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
