using DeepCompression.ExecutionProvider.Graph;
using DeepCompression.ExecutionProvider.Planning;

namespace DeepCompression.ExecutionProvider.Tests.Planning;

public class LayoutChoiceTests
{
    private const double Change = 64 * 28 * 28 * 0.21; // nanoseconds, on average: one of the values below, into the other layout

    private readonly Dictionary<string, FakeValue> _values = [];
    private readonly List<FakeNode> _nodes = [];

    [Theory]
    [InlineData(0.5, false)] // gains less than two changes cost
    [InlineData(3.5, true)]
    public void Choose_ConvolutionBetweenDenseOnes_IsTakenWhereItGainsMoreThanChangesCost(double gainInChanges, bool isTaken)
    {
        NodeView before = Node("Conv", "x", "a"), middle = Node("Conv", "a", "b");
        Node("Conv", "b", "y");
        LayoutChoice choice = Choice();
        choice.Add([middle], 1000, 1000 + (gainInChanges * Change));
        Assert.Equal(isTaken, choice.Choose().Contains(middle));
        Assert.DoesNotContain(before, choice.Choose());
    }

    [Fact]
    public void Choose_ConvolutionsInARow_ShareTheChanges()
    {
        NodeView[] row = [Node("Conv", "x", "a"), Node("Conv", "a", "b"), Node("Relu", "b", "c"), Node("Conv", "c", "d"), Node("Conv", "d", "e")];
        Node("Conv", "e", "y");
        LayoutChoice choice = Choice();
        foreach (NodeView node in new[] { row[1], row[3], row[4] })
            choice.Add([node], 1000, 1000 + (0.9 * Change)); // none is worth it alone, all together are
        Assert.Equal(3, choice.Choose().Count);
    }

    [Fact]
    public void Choose_ConvolutionsThatShareAWeight_AreTakenTogether()
    {
        NodeView first = Node("Conv", "x", "a"), second = Node("Conv", "a", "y");
        LayoutChoice choice = Choice();
        choice.Add([first, second], 1000, 100_000);
        Assert.Equal(2, choice.Choose().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // nothing is left to be concatenated
    public void Choose_ConvolutionsThatAConcatReads_GainWhatItCosts(bool isConcatenated)
    {
        Node("Conv", "x", "a");
        NodeView first = Node("Conv", "a", "b"), second = Node("Conv", "a", "c");
        Node("Concat", "b c", "d");
        Node("Conv", "d", "y");
        LayoutChoice choice = Choice();
        choice.Add([first], 1000, 1000 + (1.4 * Change)); // to plain once, to blocked once
        choice.Add([second], 1000, 1000 + (0.5 * Change));
        if (isConcatenated)
            choice.AddConcatenated([first, second], 2 * 64 * 28 * 28);
        Assert.Equal(isConcatenated ? 2 : 0, choice.Choose().Count);
    }

    [Fact]
    public void Choose_SlowerKernelsWithoutMargin_AreTaken()
    {
        Node("Conv", "x", "a");
        NodeView middle = Node("Conv", "a", "b");
        Node("Conv", "b", "y");
        LayoutChoice choice = Choice(change: 0);
        choice.Add([middle], 0, 10);
        Assert.Contains(middle, choice.Choose());
    }

    [Fact]
    public void Choose_InputThatEveryOtherOperatorReads_ChangesLayoutOnce()
    {
        Node("Conv", "x", "a");
        NodeView[] branches = [Node("Conv", "a", "b"), Node("Conv", "a", "c")];
        Node("Softmax", "b", "y");
        Node("Softmax", "c", "z");
        LayoutChoice choice = Choice();
        foreach (NodeView node in branches)
            choice.Add([node], 1000, 1000 - (0.3 * Change)); // slower each, but dense ones would change b and c, these a alone
        Assert.Equal(2, choice.Choose().Count);
    }

    private LayoutChoice Choice(double change = 1) => new(new GraphView("graph", [.. _nodes]), change);

    private FakeNode Node(string opType, string inputs, string output)
    {
        FakeNode node = new(opType, [.. inputs.Split(' ').Select(Value)], Value(output));
        _nodes.Add(node);
        return node;
    }

    private FakeValue Value(string name)
    {
        if (!_values.TryGetValue(name, out FakeValue? value))
            _values[name] = value = new FakeValue(name, name is "y" or "z");
        return value;
    }

    private sealed class FakeValue(string name, bool isOutput) : ValueView(name)
    {
        public override long[]? Shape { get; } = [1, 64, 28, 28];

        public override bool IsGraphOutput => isOutput;

        protected override TensorView? ReadConstant() => null;
    }

    private sealed class FakeNode : NodeView
    {
        public FakeNode(string opType, ValueView[] inputs, ValueView output) => (OpType, Inputs, Outputs) = (opType, inputs, [output]);

        public override long GetInt(string name, long fallback) => fallback;

        public override float GetFloat(string name, float fallback) => fallback;

        public override long[]? GetInts(string name) => null;

        public override string GetString(string name, string fallback) => fallback;

        public override string[]? GetStrings(string name) => null;

        public override bool Has(string name) => false;
    }
}
