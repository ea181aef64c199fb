namespace DeepCompression.Kernels;

/// <summary>One number of a window: a sum of a pass, whose sums lie row after row behind those of the passes before it.</summary>
/// <param name="Before">Sums a row of all passes before.</param>
/// <param name="Sums">Sums a row of its own pass.</param>
/// <param name="Index">Which of them.</param>
internal readonly record struct PoolTap(int Before, int Sums, int Index);

/// <summary>One output of every channel.</summary>
/// <param name="To">Where it goes, in steps from the channel's first.</param>
/// <param name="FirstTap">The first number of its window.</param>
/// <param name="Taps">Numbers of its window.</param>
/// <param name="Scale">The factor of their sum.</param>
internal readonly record struct PoolPlace(int To, int FirstTap, int Taps, float Scale);

/// <summary>What a <see cref="PoolKernel{TLane, TVector}"/> needs: the sums of some rows and where their windows go.</summary>
internal unsafe struct PoolWork
{
    /// <summary>The sums, pass after pass, in each row after row.</summary>
    public byte* From;

    /// <summary>Rows of the weights: output channels.</summary>
    public int Rows;

    /// <summary>The windows.</summary>
    public PoolPlace* Places;

    /// <summary>The number of windows.</summary>
    public int PlaceCount;

    /// <summary>The numbers of all windows.</summary>
    public PoolTap* Taps;

    /// <summary>Whether numbers are added, and not compared.</summary>
    public bool IsSum;

    /// <summary>Where the first row goes.</summary>
    public byte* To;

    /// <summary>Bytes of a step.</summary>
    public nint StepBytes;

    /// <summary>Bytes from a row to the next.</summary>
    public nint RowBytes;

    /// <summary>Applied to the results.</summary>
    public Activation Activation;
}
