namespace DeepCompression.Benchmarks.Lenet;

/// <summary>A network that is distilled.</summary>
/// <param name="Name">What tables call it, with a remark in brackets where it needs one.</param>
/// <param name="File">The model, below the folder of models.</param>
/// <param name="TestSide">Rows and columns of the crops that are measured with, in pixels.</param>
/// <param name="TrainingSide">Rows and columns of the crops that are trained with, in pixels.</param>
/// <param name="Scale">What pixels become.</param>
/// <param name="Rate">The learning rate at its highest.</param>
/// <param name="Points">How small it is made.</param>
internal sealed record DistillationSubject(string Name, string File, int TestSide, int TrainingSide, PixelScale Scale, double Rate, DistillationPoint[] Points)
{
    /// <summary>The name without its remark.</summary>
    public string ShortName => Name.Split(" (")[0];
}
