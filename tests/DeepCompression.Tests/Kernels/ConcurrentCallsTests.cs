using DeepCompression.Kernels;
using DeepCompression.Sparse;

namespace DeepCompression.Tests.Kernels;

/// <summary>Convolutions that several threads call at the same time, with images of several sizes: more sizes than a layer keeps plans for.</summary>
public class ConcurrentCallsTests
{
    private const int Callers = 4;
    private const int Calls = 120; // of each
    private static readonly (int Batch, int Height, int Columns)[] _sizes = [(1, 9, 9), (2, 24, 17), (1, 40, 33), (3, 5, 5), (1, 12, 50), (2, 9, 9)];

    [Theory]
    [InlineData("sparse")]
    [InlineData("minimal filtering")]
    [InlineData("1x1")]
    public void Compute_SeveralCallersAndSizes_EqualsOneCaller(string kind)
    {
        Random random = new(51);
        int kernel = kind == "1x1" ? 1 : 3;
        ConvolutionGeometry geometry = new() { InputChannels = 5, OutputChannels = 35, KernelHeight = kernel, KernelWidth = kernel };
        CsrMatrix matrix = KernelCases.RandomMatrix(random, 35, 5 * kernel * kernel, 0.7, 20);
        IConvolution Make() => kind switch
        {
            "sparse" => new SparseConvolution(matrix, geometry),
            "1x1" => new SharedPointwise(matrix, geometry),
            _ => new WinogradConvolution(matrix, geometry),
        };
        PoolingGeometry pooling = new() { KernelHeight = 3, KernelWidth = 2, StrideHeight = 2, StrideWidth = 2, PadTop = 1 };
        foreach (bool isPooled in (bool[])[false, true])
        {
            using IConvolution layer = isPooled ? new PooledConvolution(Make(), pooling) : Make();
            float[][] inputs = Array.ConvertAll(_sizes, size => KernelCases.Numbers(random, size.Batch * 5 * size.Height * size.Columns));
            float[][] expected = [.. _sizes.Select((size, i) => Compute(layer, isPooled ? pooling : null, inputs[i], size))];
            using Barrier start = new(Callers);
            int wrong = 0;
            Thread[] callers = [.. Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
            {
                start.SignalAndWait();
                for (int call = caller; call < caller + Calls; call++)
                {
                    int i = call % _sizes.Length;
                    if (!Compute(layer, isPooled ? pooling : null, inputs[i], _sizes[i]).AsSpan().SequenceEqual(expected[i]))
                        Interlocked.Increment(ref wrong);
                }
            }))];
            Array.ForEach(callers, caller => caller.Start());
            Array.ForEach(callers, caller => caller.Join());
            Assert.Equal(0, wrong);
        }
    }

    private static unsafe float[] Compute(IConvolution layer, PoolingGeometry? pooling, float[] x, (int Batch, int Height, int Columns) size)
    {
        int rows = layer.Geometry.GetOutputHeight(size.Height), columns = layer.Geometry.GetOutputWidth(size.Columns);
        (rows, columns) = (pooling?.GetOutputHeight(rows) ?? rows, pooling?.GetOutputWidth(columns) ?? columns);
        float[] y = new float[size.Batch * layer.Geometry.OutputChannels * rows * columns];
        Array.Fill(y, float.NaN);
        fixed (float* px = x, py = y)
            layer.Compute(px, py, size.Batch, size.Height, size.Columns, SequentialRunner.Instance);
        return y;
    }
}
