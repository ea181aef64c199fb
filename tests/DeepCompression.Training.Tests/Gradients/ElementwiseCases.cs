using static DeepCompression.Training.Tests.Gradients.RuleCases;

namespace DeepCompression.Training.Tests.Gradients;

internal static class ElementwiseCases
{
    private static readonly string[] _smooth =
        ["Identity", "Neg", "Abs", "Exp", "Sin", "Cos", "Relu", "LeakyRelu", "Elu", "Sigmoid", "HardSwish", "Tanh", "Erf", "Softplus"];

    public static Dictionary<string, Func<Random, GradientCase>> All { get; } = Cases();

    private static Dictionary<string, Func<Random, GradientCase>> Cases()
    {
        Dictionary<string, Func<Random, GradientCase>> cases = [];
        foreach (string op in _smooth)
            cases[op] = r => new GradientCase(op, r).Distinct(Shape(r));
        foreach (string op in new[] { "Sqrt", "Log", "Reciprocal" })
            cases[op] = r => new GradientCase(op, r).Positive(Shape(r));
        foreach (string op in new[] { "Add", "Sub", "Mul" })
            cases[op] = r => Pair(op, r, right => right.Distinct);
        cases["Div"] = r => Pair("Div", r, right => right.Positive);
        cases["Mul:square"] = r => new GradientCase("Pow", r).Distinct(Shape(r)).Constant(2f);
        cases["Pow"] = r => new GradientCase("Pow", r).Positive(2, 3).Positive(3);
        cases["Pow:constant"] = r => new GradientCase("Pow", r).Positive(Shape(r)).Constant([1], [-1.5f]);
        cases["LeakyRelu:alpha"] = r => new GradientCase("LeakyRelu", r).Distinct(Shape(r)).With("alpha", 0.3f);
        cases["HardSigmoid"] = r => new GradientCase("HardSigmoid", r).Distinct(10, 12).With("alpha", 0.25f);
        cases["Gelu"] = r => new GradientCase("Gelu", r).Distinct(Shape(r)).With("approximate", r.Next(2) == 0 ? "none" : "tanh");
        cases["com.microsoft.Gelu"] = r => new GradientCase("Gelu", r, domain: "com.microsoft").Distinct(Shape(r));
        cases["PRelu"] = r => new GradientCase("PRelu", r).Distinct(2, 3, 4).Small(Pick(r, 1, 3), 1);
        cases["Clip"] = r => new GradientCase("Clip", r).Distinct(5, 6).Constant(-0.5f).Constant(0.25f);
        cases["Clip:minimum"] = r => new GradientCase("Clip", r).Distinct(5, 6).Constant(-0.5f);
        cases["Clip:maximum"] = r => new GradientCase("Clip", r).Distinct(5, 6).None().Constant(0.5f);
        cases["Cast"] = r => new GradientCase("Cast", r).Distinct(Shape(r)).With("to", 1L);
        cases["Sum"] = r => new GradientCase("Sum", r).Distinct(3, 2).Distinct(2).Distinct(3, 1);
        cases["Max"] = r => new GradientCase("Max", r).Distinct(3, 4).Small(4);
        cases["Min"] = r => new GradientCase("Min", r).Distinct(3, 4).Small(3, 1);
        cases["Where"] = r => new GradientCase("Where", r).Flags(3, 4).Distinct(4).Distinct(3, 1);
        return cases;
    }

    private static GradientCase Pair(string op, Random r, Func<GradientCase, Func<long[], GradientCase>> right)
    {
        long[] shape = Shape(r);
        long[] small = Broadcast(r, shape);
        return right(new GradientCase(op, r).Distinct(shape))(small);
    }
}
