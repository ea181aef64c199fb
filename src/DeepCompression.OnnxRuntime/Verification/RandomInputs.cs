namespace DeepCompression.OnnxRuntime.Verification;

/// <summary>
/// Seeded random inputs for a model's declared inputs. Images (four dimensions, at least 8 pixels high and wide) get smooth noise with
/// the falling spectrum of natural images, other floats a standard normal distribution, integers a uniform one from 0, booleans a coin.
/// Dimensions that the model leaves open become 1 in front (the batch), 224 for the height and width of an image, and 16 elsewhere;
/// the same symbol gets the same size everywhere.
/// </summary>
public static class RandomInputs
{
    private const int ImageSide = 224; // pixels: what most image networks take, and a multiple of 32
    private const int SequenceLength = 16; // steps
    private const int SmallestImage = 8; // pixels
    private const int CoarsestCells = 4; // cells a side in the lowest octave of image noise

    /// <summary>Makes samples.</summary>
    /// <param name="inputs">What the model declares.</param>
    /// <param name="options">The seed, the count and shapes for open dimensions; the defaults when null.</param>
    /// <returns>As many samples as asked for, their tensors in the order of <paramref name="inputs"/>.</returns>
    /// <exception cref="ArgumentException">A given shape names no input, or contradicts what the input declares.</exception>
    public static IReadOnlyList<InputSample> Create(IReadOnlyList<InputDeclaration> inputs, RandomInputOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        options ??= new RandomInputOptions();
        long[][] shapes = ResolveShapes(inputs, options);
        var samples = new InputSample[options.Count];
        for (int i = 0; i < samples.Length; i++)
        {
            var random = new Xoshiro((ulong)(uint)options.Seed | ((ulong)i << 32));
            TensorValue[] tensors = [.. inputs.Select((input, n) => Create(input, shapes[n], options, random))];
            samples[i] = new InputSample($"random numbers, seed {options.Seed}, sample {i}", tensors);
        }

        return samples;
    }

    private static long[][] ResolveShapes(IReadOnlyList<InputDeclaration> inputs, RandomInputOptions options)
    {
        if (options.Shapes.Keys.FirstOrDefault(name => inputs.All(i => i.Name != name)) is { } unknown)
            throw new ArgumentException($"The model has no input '{unknown}'; it has {string.Join(", ", inputs.Select(i => $"'{i.Name}'"))}.", nameof(options));

        var symbols = new Dictionary<string, long>();
        var shapes = new long[inputs.Count][];
        // Given shapes first: they also decide the symbols that other inputs share.
        foreach (int n in Enumerable.Range(0, inputs.Count).OrderBy(n => !options.Shapes.ContainsKey(inputs[n].Name)))
        {
            InputDeclaration input = inputs[n];
            shapes[n] = options.Shapes.TryGetValue(input.Name, out var given) ? Given(input, given.AsSpan()) : Chosen(input, symbols);
            for (int axis = 0; axis < input.Shape.Length; axis++)
            {
                if (input.Shape[axis] < 0 && input.Symbols[axis].Length > 0)
                    symbols.TryAdd(input.Symbols[axis], shapes[n][axis]);
            }
        }

        return shapes;
    }

    private static long[] Given(InputDeclaration input, ReadOnlySpan<long> shape)
    {
        bool fits = shape.Length == input.Shape.Length;
        for (int axis = 0; fits && axis < shape.Length; axis++)
            fits = shape[axis] > 0 && (input.Shape[axis] < 0 || input.Shape[axis] == shape[axis]);
        return fits ? shape.ToArray() : throw new ArgumentException($"The shape {string.Join('x', shape.ToArray())} does not fit the input {input}.", nameof(shape));
    }

    private static long[] Chosen(InputDeclaration input, Dictionary<string, long> symbols)
    {
        var shape = new long[input.Shape.Length];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = input.Shape[axis] >= 0 ? input.Shape[axis]
                : symbols.TryGetValue(input.Symbols[axis], out long same) ? same
                : axis == 0 || input.Symbols[axis].Contains("batch", StringComparison.OrdinalIgnoreCase) ? 1
                : shape.Length == 4 && axis == 1 ? 3
                : shape.Length == 4 ? ImageSide
                : SequenceLength;
        }

        return shape;
    }

    private static TensorValue Create(InputDeclaration input, long[] shape, RandomInputOptions options, Xoshiro random)
    {
        int length = new TensorShape(shape).Length;
        int size = TensorElements.GetSize(input.ElementType);
        var bytes = new byte[checked(length * size)];
        double[] values;
        if (!TensorElements.IsFloat(input.ElementType))
        {
            long limit = options.IntegerLimits.GetValueOrDefault(input.Name, 2);
            values = new double[length];
            for (int i = 0; i < length; i++)
                values[i] = Math.Floor(random.NextDouble() * limit);
        }
        else
        {
            values = shape.Length == 4 && shape[2] >= SmallestImage && shape[3] >= SmallestImage
                ? Image(shape, random)
                : Normal(length, random);
        }

        for (int i = 0; i < length; i++)
            TensorElements.Write(input.ElementType, values[i], bytes.AsSpan(i * size));
        return new TensorValue(input.Name, input.ElementType, shape, bytes);
    }

    private static double[] Normal(int length, Xoshiro random)
    {
        var values = new double[length];
        for (int i = 0; i < length; i++)
            values[i] = random.NextNormal();
        return values;
    }

    // Octaves of bilinearly enlarged noise: each halves the cell and the amplitude, which gives about 1/f. Brought to unit variance.
    private static double[] Image(long[] shape, Xoshiro random)
    {
        int height = (int)shape[2], width = (int)shape[3], plane = height * width;
        var values = new double[shape[0] * shape[1] * plane];
        for (int start = 0; start < values.Length; start += plane)
        {
            Span<double> image = values.AsSpan(start, plane);
            double amplitude = 1;
            for (int cells = CoarsestCells; cells <= Math.Max(height, width); cells *= 2, amplitude /= 2)
                AddOctave(image, height, width, cells, amplitude, random);
            Standardize(image);
        }

        return values;
    }

    private static void AddOctave(Span<double> image, int height, int width, int cells, double amplitude, Xoshiro random)
    {
        int rows = Math.Min(cells, height), columns = Math.Min(cells, width);
        double[] grid = Normal((rows + 1) * (columns + 1), random);
        for (int y = 0; y < height; y++)
        {
            double v = (double)y * rows / height;
            int top = (int)v * (columns + 1);
            for (int x = 0; x < width; x++)
            {
                double u = (double)x * columns / width;
                int left = (int)u;
                double upper = double.Lerp(grid[top + left], grid[top + left + 1], u - left);
                double lower = double.Lerp(grid[top + columns + 1 + left], grid[top + columns + 2 + left], u - left);
                image[(y * width) + x] += amplitude * double.Lerp(upper, lower, v - (int)v);
            }
        }
    }

    private static void Standardize(Span<double> values)
    {
        double sum = 0, squares = 0;
        foreach (double value in values)
        {
            sum += value;
            squares += value * value;
        }

        double mean = sum / values.Length;
        double scale = 1 / Math.Sqrt(Math.Max((squares / values.Length) - (mean * mean), 1e-12));
        foreach (ref double value in values)
            value = (value - mean) * scale;
    }
}
