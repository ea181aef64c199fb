using DeepCompression.ExecutionProvider.Planning;

namespace DeepCompression.ExecutionProvider.Tests.Planning;

public class MinimumCutTests
{
    [Fact]
    public void Solve_RandomGraphs_CostsWhatTheBestOfAllCutsCosts()
    {
        Random random = new(1);
        for (int round = 0; round < 300; round++)
        {
            int count = random.Next(1, 10);
            double[] near = Costs(random, count), far = Costs(random, count);
            (int From, int To, double Cost)[] arcs = [.. Enumerable.Range(0, random.Next(0, 25)).Select(_ => (random.Next(count), random.Next(count), (double)random.Next(0, 20)))];
            MinimumCut cut = new();
            int[] nodes = [.. Enumerable.Range(0, count).Select(i => cut.Add(near[i], far[i]))];
            foreach ((int from, int to, double cost) in arcs)
                cut.AddArc(nodes[from], nodes[to], cost);
            bool[] solved = cut.Solve();

            double CostOf(Func<int, bool> isNear) => Enumerable.Range(0, count).Sum(i => isNear(i) ? near[i] : far[i]) + arcs.Where(arc => isNear(arc.From) && !isNear(arc.To)).Sum(arc => arc.Cost);
            double best = Enumerable.Range(0, 1 << count).Min(set => CostOf(i => (set >> i & 1) != 0));
            Assert.Equal(best, CostOf(i => solved[nodes[i]]), 1e-9);
        }
    }

    [Fact]
    public void Solve_PathOfManyNodes_NeedsNoDeepStack()
    {
        const int Count = 300_000, Cheapest = 200_000;
        MinimumCut cut = new();
        int first = cut.Add(0, 5), node = first;
        for (int i = 1; i < Count; i++)
        {
            int next = i == Count - 1 ? cut.Add(7, 0) : cut.Add(0, 0);
            cut.AddArc(node, next, i == Cheapest ? 2 : 3);
            node = next;
        }

        bool[] near = cut.Solve();
        Assert.Equal(Enumerable.Range(0, Count).Select(i => i < Cheapest), near[first..]);
    }

    private static double[] Costs(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (double)random.Next(0, 20))];
}
