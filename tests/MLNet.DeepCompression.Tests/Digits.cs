using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.DeepCompression.Tests;

/// <summary>Images of 28x28 bytes in ten classes: each a bar in another place, with noise.</summary>
internal sealed class Digits
{
    public const int Pixels_ = 28 * 28;

    [VectorType(Pixels_)]
    public float[] Pixels { get; set; } = [];

    [KeyType(10)]
    public uint Label { get; set; }

    public static Digits[] Create(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i => Create(i % 10, random))];
    }

    /// <summary>The images as a data view, whose keys stand for 0 to 9.</summary>
    public static IDataView Load(MLContext ml, int count, int seed)
    {
        SchemaDefinition definition = SchemaDefinition.Create(typeof(Digits));
        float[] keys = [.. Enumerable.Range(0, 10).Select(i => (float)i)];
        definition[nameof(Label)].AddAnnotation("KeyValues", new VBuffer<float>(10, keys), new VectorDataViewType(NumberDataViewType.Single, 10));
        return ml.Data.LoadFromEnumerable(Create(count, seed), definition);
    }

    private static Digits Create(int digit, Random random)
    {
        float[] pixels = new float[Pixels_];
        for (int i = 0; i < Pixels_; i++)
        {
            int line = digit < 5 ? i / 28 : i % 28;
            bool isBar = line / 5 == digit % 5;
            pixels[i] = Math.Clamp((isBar ? 200 : 20) + random.Next(-80, 80), 0, 255);
        }

        return new Digits { Pixels = pixels, Label = (uint)digit };
    }
}
