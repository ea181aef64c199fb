using DeepCompression.Training.Gradients;

namespace DeepCompression.Training.Tests.Gradients;

public sealed class GradientRulesTests
{
    private const int Draws = 4; // random shapes and attributes a case

    public static TheoryData<string> Cases => [.. RuleCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rule_RandomShapesAndAttributes_AgreesWithCentralDifferences(string name)
    {
        int version = name is "Pad:wrap" || name.Contains("Gelu", StringComparison.Ordinal) ? 20 : 17;
        for (int seed = 0; seed < Draws; seed++)
            GradientCheck.Run(RuleCases.All[name](new Random(seed)), version, training: name.Contains(":training", StringComparison.Ordinal));
    }

    [Fact]
    public void Operators_All_HaveACase()
    {
        HashSet<string> cases = [.. RuleCases.All.Keys.Select(name => name.Split(':')[0])];
        Assert.Empty(GradientRules.Operators.Except(cases));
    }
}
