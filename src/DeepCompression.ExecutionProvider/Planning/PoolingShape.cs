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
        if (node.GetString("auto_pad", "NOTSET") is not ("NOTSET" or "VALID" or "") || !ConvolutionShape.AreOnes(node.GetInts("dilations")))
            return null;
        if ((node.GetInts("strides") ?? [1, 1]) is not [long strideHeight, long strideWidth] || (node.GetInts("pads") ?? [0, 0, 0, 0]) is not [long top, long left, long bottom, long right])
            return null;
        if (!Fit(kernelHeight, strideHeight, top, bottom, height) || !Fit(kernelWidth, strideWidth, left, right, width))
            return null;
        PoolingGeometry geometry = new()
        {
            Kind = isMaximum ? PoolingKind.Maximum : PoolingKind.Average,
            KernelHeight = (int)kernelHeight,
            KernelWidth = (int)kernelWidth,
            StrideHeight = (int)strideHeight,
            StrideWidth = (int)strideWidth,
            PadTop = (int)top,
            PadLeft = (int)left,
            PadBottom = (int)bottom,
            PadRight = (int)right,
            CountsPads = node.GetInt("count_include_pad", 0) != 0,
        };
        bool roundsUp = node.GetInt("ceil_mode", 0) != 0 && ((height + top + bottom - kernelHeight) % strideHeight != 0 || (width + left + right - kernelWidth) % strideWidth != 0);
        return roundsUp ? null : geometry;
    }

    /// <summary>Whether windows can be counted along an axis, and each has a number of the image in it.</summary>
    private static bool Fit(long kernel, long stride, long before, long after, long size) =>
        kernel is >= 1 and <= int.MaxValue && stride is >= 1 and <= int.MaxValue && before >= 0 && before < kernel && after >= 0 && after < kernel && size + before + after >= kernel && size + before + after <= int.MaxValue;
}
