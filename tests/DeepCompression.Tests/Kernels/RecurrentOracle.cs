using DeepCompression.Kernels;

namespace DeepCompression.Tests.Kernels;

/// <summary>LSTM and GRU as ONNX writes them down, in float64 and plain loops.</summary>
internal sealed class RecurrentOracle(RecurrentGeometry geometry, float[][] w, float[][] r, float[] bias, float[] peepholes)
{
    public float[] Y { get; private set; } = [];

    public float[] H { get; private set; } = [];

    public float[] C { get; private set; } = [];

    public void Run(float[] x, int steps, int batch, int[]? lengths, float[] h0, float[] c0)
    {
        int units = geometry.Hidden;
        Y = new float[steps * geometry.Directions * batch * units];
        H = [.. h0];
        C = [.. c0];
        for (int d = 0; d < geometry.Directions; d++)
        {
            bool reverse = d == 1 || geometry.Direction == RecurrentDirection.Reverse;
            for (int b = 0; b < batch; b++)
            {
                double[] h = [.. h0.Skip(((d * batch) + b) * units).Take(units).Select(v => (double)v)];
                double[] c = [.. c0.Skip(((d * batch) + b) * units).Take(units).Select(v => (double)v)];
                int length = lengths is null ? steps : lengths[b];
                for (int s = 0; s < length; s++)
                {
                    int time = reverse ? length - 1 - s : s;
                    double[] input = [.. x.Skip(((time * batch) + b) * geometry.Inputs).Take(geometry.Inputs).Select(v => (double)v)];
                    if (geometry.Kind == RecurrentKind.Lstm)
                        Lstm(d, input, h, c);
                    else
                        Gru(d, input, h);
                    for (int u = 0; u < units; u++)
                        Y[((((time * geometry.Directions) + d) * batch) + b) * units + u] = (float)h[u];
                }

                for (int u = 0; u < units; u++)
                {
                    H[((d * batch) + b) * units + u] = (float)h[u];
                    C[((d * batch) + b) * units + u] = (float)c[u];
                }
            }
        }
    }

    private void Lstm(int d, double[] x, double[] h, double[] c)
    {
        double[] old = [.. h];
        for (int u = 0; u < geometry.Hidden; u++)
        {
            double i = Input(d, 0, u, x) + Recurrent(d, 0, u, old) + (Peephole(d, 0, u) * c[u]);
            double o = Input(d, 1, u, x) + Recurrent(d, 1, u, old);
            double f = Input(d, 2, u, x) + Recurrent(d, 2, u, old) + (Peephole(d, 2, u) * c[u]);
            double g = Input(d, 3, u, x) + Recurrent(d, 3, u, old);
            c[u] = (Sigmoid(f) * c[u]) + (Sigmoid(i) * Math.Tanh(Clip(g)));
            h[u] = Sigmoid(o + (Peephole(d, 1, u) * c[u])) * Math.Tanh(Clip(c[u]));
        }
    }

    private void Gru(int d, double[] x, double[] h)
    {
        int units = geometry.Hidden;
        double[] old = [.. h];
        double[] reset = [.. Enumerable.Range(0, units).Select(u => Sigmoid(Input(d, 1, u, x) + Recurrent(d, 1, u, old)))];
        double[] resetState = [.. old.Select((v, u) => v * reset[u])];
        for (int u = 0; u < units; u++)
        {
            double z = Sigmoid(Input(d, 0, u, x) + Recurrent(d, 0, u, old));
            double candidate = Input(d, 2, u, x) + (geometry.LinearBeforeReset ? reset[u] * Recurrent(d, 2, u, old) : Recurrent(d, 2, u, resetState));
            h[u] = ((1 - z) * Math.Tanh(Clip(candidate))) + (z * old[u]);
        }
    }

    private double Input(int d, int gate, int unit, double[] x) => Product(w[d], gate, unit, x) + Bias(d, gate, unit);

    private double Recurrent(int d, int gate, int unit, double[] h) => Product(r[d], gate, unit, h) + Bias(d, geometry.Gates + gate, unit);

    private double Product(float[] weights, int gate, int unit, double[] v)
    {
        double sum = 0;
        for (int i = 0; i < v.Length; i++)
            sum += weights[(((gate * geometry.Hidden) + unit) * v.Length) + i] * v[i];
        return sum;
    }

    private double Bias(int d, int row, int unit) => bias.Length == 0 ? 0 : bias[(((d * 2 * geometry.Gates) + row) * geometry.Hidden) + unit];

    private double Peephole(int d, int row, int unit) => peepholes.Length == 0 ? 0 : peepholes[(((d * 3) + row) * geometry.Hidden) + unit];

    private double Clip(double v) => geometry.Clip is float bound ? Math.Clamp(v, -bound, bound) : v;

    private double Sigmoid(double v) => 1 / (1 + Math.Exp(-Clip(v)));
}
