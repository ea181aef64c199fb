namespace DeepCompression.Kernels;

/// <summary>The arithmetic of one vector register of float32, so that a loop is written once for all widths.</summary>
internal unsafe interface ILane<TVector>
    where TVector : unmanaged
{
    /// <summary>All lanes the same.</summary>
    static abstract TVector Broadcast(float value);

    /// <summary>a b + c, rounded once where the machine can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    /// <summary>a + b.</summary>
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>a - b.</summary>
    static abstract TVector Subtract(TVector a, TVector b);

    /// <summary>a b.</summary>
    static abstract TVector Multiply(TVector a, TVector b);

    /// <summary>The greater of a and b; b where one of them is no number.</summary>
    static abstract TVector Max(TVector a, TVector b);

    /// <summary>Denormals as zero.</summary>
    static abstract TVector Flush(TVector x);

    /// <summary>The activation of every lane.</summary>
    static abstract TVector Activate(TVector x, in Activation activation);

    /// <summary>Every other number of those of a and then those of b, from the first on.</summary>
    static abstract TVector Evens(TVector a, TVector b);

    /// <summary>The same from the second on.</summary>
    static abstract TVector Odds(TVector a, TVector b);

    /// <summary>In every lane the number of the next; the last lane may have any.</summary>
    static abstract TVector NextLanes(TVector x);

    /// <summary>Takes four numbers a lane apart: the first, the second, the third and the fourth of every lane. Four lanes at a time have their numbers side by side.</summary>
    /// <param name="p0">The numbers of lanes 0 to 3.</param>
    /// <param name="p1">Those of lanes 4 to 7, where there are so many.</param>
    /// <param name="p2">Those of lanes 8 to 11.</param>
    /// <param name="p3">Those of lanes 12 to 15.</param>
    /// <param name="d0">The first number of every lane.</param>
    /// <param name="d1">The second.</param>
    /// <param name="d2">The third.</param>
    /// <param name="d3">The fourth.</param>
    static abstract void LoadFours(float* p0, float* p1, float* p2, float* p3, out TVector d0, out TVector d1, out TVector d2, out TVector d3);

    /// <summary>Writes four numbers a lane, lane after lane: undoes <see cref="LoadFours"/>.</summary>
    static abstract void StoreFours(TVector d0, TVector d1, TVector d2, TVector d3, float* to);

    /// <summary>Writes lanes in two halves.</summary>
    static abstract void StoreHalves(TVector x, byte* low, byte* high);

    /// <summary>Writes lanes in four quarters.</summary>
    static abstract void StoreQuarters(TVector x, byte* a, byte* b, byte* c, byte* d);
}
