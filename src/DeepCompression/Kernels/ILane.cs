namespace DeepCompression.Kernels;

/// <summary>The arithmetic of one vector register of float32, so that a loop is written once for all widths.</summary>
internal interface ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>All lanes the same.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>a b + c, rounded once where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>The greater of a and b; b where one of them is no number.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>Denormals as zero.</summary>
    static abstract TVector Flush(TVector x);

    /// <summary>The activation of every lane.</summary>
    static abstract TVector Activate(TVector x, in Activation activation);
}
