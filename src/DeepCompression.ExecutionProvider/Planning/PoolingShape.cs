using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.Kernels;

namespace DeepCompression.ExecutionProvider.Planning;

/// <summary>Reads the attributes of ONNX MaxPool, AveragePool and GlobalAveragePool.</summary>
internal static class PoolingShape
{
    /// <summary>The geometry of a pooling layer on images of some size; null for another operator, and for one that there is no kernel for.</summary>
    public static PoolingGeometry? Read(NodeView node, int height, int width)
    {
        if (node.IsOnnx("GlobalAveragePool"))
            return new PoolingGeometry { Kind = PoolingKind.Average, KernelHeight = height, KernelWidth = width };
        bool isMaximum = node.IsOnnx("MaxPool");
        if (!(isMaximum || node.IsOnnx("AveragePool")) || node.Outputs.Length != 1 || node.GetInts("kernel_shape") is not [long kernelHeight, long kernelWidth])
            return null;
        if (node.GetString("auto_pad", "NOTSET") is not ("NOTSET" or "VALID" or "") || Array.Exists(node.GetInts("dilations") ?? [], dilation => dilation != 1))
            return null;
        if ((node.GetInts("strides") ?? [1, 1]) is not [long strideHeight, long strideWidth] || (node.GetInts("pads") ?? [0, 0, 0, 0]) is not [long top, long left, long bottom, long right])
            return null;
        PoolingGeometry geometry = new()
        {
            Kind = isMaximum ? PoolingKind.Maximum : PoolingKind.Average,
            KernelHeight = checked((int)kernelHeight),
            KernelWidth = checked((int)kernelWidth),
            StrideHeight = checked((int)strideHeight),
            StrideWidth = checked((int)strideWidth),
            PadTop = checked((int)top),
            PadLeft = checked((int)left),
            PadBottom = checked((int)bottom),
            PadRight = checked((int)right),
            CountsPads = node.GetInt("count_include_pad", 0) != 0,
        };
        bool roundsUp = node.GetInt("ceil_mode", 0) != 0 && ((height + top + bottom - kernelHeight) % strideHeight != 0 || (width + left + right - kernelWidth) % strideWidth != 0);
        bool hasNarrowPads = top < kernelHeight && bottom < kernelHeight && left < kernelWidth && right < kernelWidth && top >= 0 && left >= 0 && bottom >= 0 && right >= 0;
        return roundsUp || !hasNarrowPads || geometry.GetOutputHeight(height) < 1 || geometry.GetOutputWidth(width) < 1 ? null : geometry;
    }
}
