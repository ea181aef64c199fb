using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepCompression.Kernels;

/// <summary>Activations of whole runs of numbers.</summary>
internal static unsafe class Activations
{
    /// <summary>Applies an activation in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* values, long count, in Activation activation)
    {
        if (activation.Kind == ActivationKind.None)
            return;
        long i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - 16; i += 16)
                Lane512.Activate(Vector512.Load(values + i), activation).Store(values + i);
        }

        if (Vector128.IsHardwareAccelerated)
        {
            for (; i <= count - 4; i += 4)
                Lane128.Activate(Vector128.Load(values + i), activation).Store(values + i);
        }

        for (; i < count; i++)
            values[i] = activation.Apply(values[i]);
    }
}
