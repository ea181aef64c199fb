namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>Adds up the differences of one output over samples, a block at a time: no copy of an output is made.</summary>
internal sealed class OutputComparer(string name)
{
    private const int BlockLength = 4096; // elements

    private readonly double[] _expected = new double[BlockLength];
    private readonly double[] _actual = new double[BlockLength];
    private double _sumDifference, _sumSquareDifference, _sumSquareExpected, _sumSquareActual, _dot, _max;
    private long _elements, _rows, _agreeing;
    private bool _identical = true;

    public void Add(TensorValue expected, TensorValue actual)
    {
        if (expected.ElementType != actual.ElementType && TensorElements.IsFloat(expected.ElementType) != TensorElements.IsFloat(actual.ElementType))
            throw new InvalidDataException($"Output '{name}' is of {expected.ElementType} in one model and of {actual.ElementType} in the other.");
        if (!expected.Shape.AsSpan().SequenceEqual(actual.Shape.AsSpan()))
            throw new InvalidDataException($"Output '{name}' has the shape {new TensorShape(expected.Shape.AsSpan())} in one model and {new TensorShape(actual.Shape.AsSpan())} in the other.");

        _identical &= expected.ElementType == actual.ElementType && expected.Bytes.Span.SequenceEqual(actual.Bytes.Span);
        _elements += expected.Length;
        for (int start = 0; start < expected.Length; start += BlockLength)
        {
            int count = Math.Min(BlockLength, expected.Length - start);
            Span<double> a = _expected.AsSpan(0, count), b = _actual.AsSpan(0, count);
            expected.CopyTo(start, a);
            actual.CopyTo(start, b);
            AddBlock(a, b);
        }

        CountTop1(expected, actual);
    }

    public OutputComparison ToComparison()
    {
        double relative = _sumSquareDifference == 0 ? 0 : Math.Sqrt(_sumSquareDifference / _sumSquareExpected);
        double cosine = _sumSquareExpected == _sumSquareActual && _sumSquareDifference == 0 ? 1 : _dot / Math.Sqrt(_sumSquareExpected * _sumSquareActual);
        return new OutputComparison
        {
            Name = name,
            Elements = _elements,
            Identical = _identical,
            MaxDifference = _max,
            MeanDifference = _elements == 0 ? 0 : _sumDifference / _elements,
            RelativeError = relative,
            Cosine = double.IsNaN(cosine) ? 0 : Math.Clamp(cosine, -1, 1),
            Top1Agreement = _rows == 0 ? null : (double)_agreeing / _rows,
            Top1Rows = _rows,
        };
    }

    private void AddBlock(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            double a = expected[i], b = actual[i];
            // The same infinity twice, or NaN twice, is the same result; a finite value against one of them is as wrong as can be.
            if (!double.IsFinite(a) || !double.IsFinite(b))
            {
                if (!a.Equals(b))
                    _max = _sumDifference = _sumSquareDifference = double.PositiveInfinity;
                continue;
            }

            double difference = Math.Abs(a - b);
            _max = Math.Max(_max, difference);
            _sumDifference += difference;
            _sumSquareDifference += difference * difference;
            _sumSquareExpected += a * a;
            _sumSquareActual += b * b;
            _dot += a * b;
        }
    }

    // The axis of classes: the channels of an image-shaped output (1x1000x1x1, Nx21x64x64), else the last one that is longer than 1.
    private void CountTop1(TensorValue expected, TensorValue actual)
    {
        ReadOnlySpan<long> shape = expected.Shape.AsSpan();
        int axis = shape.Length == 4 && shape[1] > 1 ? 1 : shape.LastIndexOfAnyExcept(1L);
        if (axis < 0 || shape.Contains(0) || !TensorElements.IsFloat(expected.ElementType) || (axis == 0 && shape.Length > 1))
            return;

        int classes = (int)shape[axis], stride = 1;
        foreach (long dimension in shape[(axis + 1)..])
            stride *= (int)dimension;
        double[] a = expected.ToDoubles(), b = actual.ToDoubles();
        for (int outer = 0; outer < a.Length; outer += classes * stride)
        {
            for (int inner = outer; inner < outer + stride; inner++)
            {
                _rows++;
                _agreeing += Largest(a, inner, classes, stride) == Largest(b, inner, classes, stride) ? 1 : 0;
            }
        }
    }

    private static int Largest(double[] values, int start, int count, int stride)
    {
        int best = 0;
        for (int i = 1; i < count; i++)
        {
            if (values[start + (i * stride)] > values[start + (best * stride)])
                best = i;
        }

        return best;
    }
}
