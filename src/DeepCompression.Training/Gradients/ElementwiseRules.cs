using DeepCompression.Training.Graphs;

namespace DeepCompression.Training.Gradients;

/// <summary>Rules for operators that work element by element.</summary>
internal static class ElementwiseRules
{
    private const float TwoOverRootPi = 1.1283791671f; // d erf(x) / dx at 0
    private const float RootHalf = 0.70710678119f;
    private const float InverseRootTwoPi = 0.39894228040f; // density of the normal distribution at 0

    public static Dictionary<string, GradientRule> Table { get; } = new()
    {
        ["Identity"] = c => c.Give(0, c.Dy),
        ["Neg"] = c => c.Give(0, c.G.Neg(c.Dy)),
        ["Abs"] = c => c.Give(0, c.G.Mul(c.Dy, c.G.Op("Sign", c.X))),
        ["Sqrt"] = c => c.Give(0, c.G.Div(c.Dy, c.G.Mul(c.Y, 2))),
        ["Exp"] = c => c.Give(0, c.G.Mul(c.Dy, c.Y)),
        ["Log"] = c => c.Give(0, c.G.Div(c.Dy, c.X)),
        ["Reciprocal"] = c => c.Give(0, c.G.Neg(c.G.Mul(c.Dy, c.G.Mul(c.Y, c.Y)))),
        ["Sin"] = c => c.Give(0, c.G.Mul(c.Dy, c.G.Op("Cos", c.X))),
        ["Cos"] = c => c.Give(0, c.G.Neg(c.G.Mul(c.Dy, c.G.Op("Sin", c.X)))),

        ["Relu"] = c => c.Give(0, c.G.Mul(c.Dy, IsPositive(c.G, c.Y))),
        ["LeakyRelu"] = c => c.Give(0, Select(c, Above(c, 0), c.Dy, c.G.Mul(c.Dy, c.Node.Float("alpha", 0.01f)))),
        ["PRelu"] = PRelu,
        ["Elu"] = c => c.Give(0, Select(c, Above(c, 0), c.Dy, c.G.Mul(c.Dy, c.G.Add(c.Y, c.Node.Float("alpha", 1))))),
        ["Sigmoid"] = c => c.Give(0, c.G.Mul(c.Dy, c.G.Mul(c.Y, c.G.OneMinus(c.Y)))),
        ["HardSigmoid"] = c => c.Give(0, Inside(c, c.Y, 0, 1, c.G.Mul(c.Dy, c.Node.Float("alpha", 0.2f)))),
        ["HardSwish"] = HardSwish,
        ["Tanh"] = c => c.Give(0, c.G.Mul(c.Dy, c.G.OneMinus(c.G.Mul(c.Y, c.Y)))),
        ["Erf"] = c => c.Give(0, c.G.Mul(c.Dy, c.G.Mul(c.G.Op("Exp", c.G.Neg(c.G.Mul(c.X, c.X))), TwoOverRootPi))),
        ["Gelu"] = Gelu,
        ["com.microsoft.Gelu"] = Gelu,
        ["Softplus"] = c => c.Give(0, c.G.Mul(c.Dy, c.G.Op("Sigmoid", c.X))),
        ["Clip"] = Clip,
        ["Cast"] = c => { if (c.IsDifferentiable(0)) c.Give(0, c.Dy); },

        ["Add"] = c => { c.GiveSummed(0, c.Dy); c.GiveSummed(1, c.Dy); },
        ["Sub"] = c => { c.GiveSummed(0, c.Dy); c.GiveSummed(1, c.G.Neg(c.Dy)); },
        ["Mul"] = c => { c.GiveSummed(0, c.G.Mul(c.Dy, c.W)); c.GiveSummed(1, c.G.Mul(c.Dy, c.X)); },
        ["Div"] = c => { c.GiveSummed(0, c.G.Div(c.Dy, c.W)); c.GiveSummed(1, c.G.Neg(c.G.Div(c.G.Mul(c.Dy, c.Y), c.W))); },
        ["Pow"] = Pow,
        ["Sum"] = c => { for (int i = 0; i < c.Node.Input.Count; i++) c.GiveSummed(i, c.Dy); },
        ["Max"] = c => Extreme(c),
        ["Min"] = c => Extreme(c),
        ["Where"] = c =>
        {
            string zero = c.G.Constant(0f);
            c.GiveSummed(1, c.G.Op("Where", c.X, c.Dy, zero));
            c.GiveSummed(2, c.G.Op("Where", c.X, zero, c.Dy));
        },
    };

    /// <summary>1 where a value that is not negative is above 0, else 0: min(1, 1e38 y), the fastest such node of the runtime.</summary>
    private static string IsPositive(GraphBuilder g, string y) => g.Op("HardSigmoid", [y], [("alpha", 1e38f), ("beta", 0f)]);

    private static string Above(GradientContext c, float bound) => c.G.Op("Greater", c.X, c.G.Constant(bound));

    private static string Select(GradientContext c, string condition, string then, string otherwise) => c.G.Op("Where", condition, then, otherwise);

    private static string Inside(GradientContext c, string value, float low, float high, string then)
    {
        string inside = c.G.Op("And", c.G.Op("Greater", value, c.G.Constant(low)), c.G.Op("Less", value, c.G.Constant(high)));
        return Select(c, inside, then, c.G.Constant(0f));
    }

    private static void PRelu(GradientContext c)
    {
        string above = Above(c, 0);
        c.Give(0, Select(c, above, c.Dy, c.G.Mul(c.Dy, c.W)));
        c.GiveSummed(1, Select(c, above, c.G.Constant(0f), c.G.Mul(c.Dy, c.X)));
    }

    /// <summary>y = x max(0, min(1, x/6 + 1/2)).</summary>
    private static void HardSwish(GradientContext c)
    {
        string slope = c.G.Add(c.G.Mul(c.X, 1 / 3f), 0.5f);
        string middle = Inside(c, c.X, -3, 3, c.G.Mul(c.Dy, slope));
        c.Give(0, Select(c, c.G.Op("GreaterOrEqual", c.X, c.G.Constant(3f)), c.Dy, middle));
    }

    private static void Gelu(GradientContext c)
    {
        GraphBuilder g = c.G;
        if (c.Node.Text("approximate", "none") == "tanh")
        {
            // y = x/2 (1 + tanh u), u = sqrt(2/pi) (x + 0.044715 x^3)
            const float Scale = 0.7978845608f;
            string square = g.Mul(c.X, c.X);
            string tanh = g.Op("Tanh", g.Mul(g.Mul(c.X, g.Add(g.Mul(square, 0.044715f), 1)), Scale));
            string inner = g.Mul(g.Add(g.Mul(square, 3 * 0.044715f), 1), Scale);
            string slope = g.Add(g.Mul(g.Add(tanh, 1), 0.5f), g.Mul(g.Mul(g.Mul(c.X, 0.5f), g.OneMinus(g.Mul(tanh, tanh))), inner));
            c.Give(0, g.Mul(c.Dy, slope));
            return;
        }

        string cumulative = g.Mul(g.Add(g.Op("Erf", g.Mul(c.X, RootHalf)), 1), 0.5f);
        string density = g.Mul(g.Op("Exp", g.Mul(g.Mul(c.X, c.X), -0.5f)), InverseRootTwoPi);
        c.Give(0, g.Mul(c.Dy, g.Add(cumulative, g.Mul(c.X, density))));
    }

    private static void Clip(GradientContext c)
    {
        string gradient = c.Dy;
        if (c.Has(1))
            gradient = Select(c, c.G.Op("Greater", c.X, c.W), gradient, c.G.Constant(0f));
        if (c.Has(2))
            gradient = Select(c, c.G.Op("Less", c.X, c.Node.Input[2]), gradient, c.G.Constant(0f));
        c.Give(0, gradient);
    }

    private static void Pow(GradientContext c)
    {
        if (c.G.Constants.TryGetValue(c.W, out var exponent) && exponent.DataType == TensorProtos.Float)
        {
            // The exponents less one are constants too, so that a square costs one product.
            float[] values = TensorProtos.ReadSingles(exponent);
            string lowered = values is [2f] ? c.X : c.G.Op("Pow", c.X, c.G.Constant(c.G.Shape(c.W), [.. values.Select(value => value - 1)]));
            c.GiveSummed(0, c.G.Mul(c.Dy, c.G.Mul(c.W, lowered)));
            return;
        }

        c.GiveSummed(0, c.G.Mul(c.Dy, c.G.Mul(c.W, c.G.Op("Pow", c.X, c.G.Add(c.W, -1)))));
        c.GiveSummed(1, c.G.Mul(c.Dy, c.G.Mul(c.Y, c.G.Op("Log", c.X))));
    }

    /// <summary>Max and Min: the gradient goes to the first input that equals the result.</summary>
    private static void Extreme(GradientContext c)
    {
        string rest = c.Dy;
        for (int i = 0; i < c.Node.Input.Count; i++)
        {
            string chosen = c.G.Op("Equal", c.Node.Input[i], c.Y);
            c.GiveSummed(i, Select(c, chosen, rest, c.G.Constant(0f)));
            rest = Select(c, chosen, c.G.Constant(0f), rest);
        }
    }
}
