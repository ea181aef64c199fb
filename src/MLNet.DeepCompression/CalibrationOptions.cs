namespace MLNet.DeepCompression;

/// <summary>
/// How much of the pipeline's data is looked at to see which inputs of a weight matter: weights are then pruned by their magnitude
/// times the norm of what they are fed with (Sun et al. 2023, "Wanda"). No label is needed.
/// </summary>
public sealed record CalibrationOptions
{
    /// <summary>The rows that are read, from the first on; less where there are less. Default: 128.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is less than 1.</exception>
    public int Rows
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 128;
}
