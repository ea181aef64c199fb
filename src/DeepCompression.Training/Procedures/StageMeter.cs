using System.Diagnostics;
using DeepCompression.Training.Checkpoints;

namespace DeepCompression.Training.Procedures;

/// <summary>Adds up loss and accuracy of an epoch, and measures speed.</summary>
internal sealed class StageMeter
{
    private double _loss;
    private long _correct;
    private long _steps;
    private bool _countsCorrect = true;
    private long _startStep;
    private long _startTime;
    private long _lastReport;

    public double Loss => _steps == 0 ? double.NaN : _loss / _steps;

    public double? Accuracy(int outputsPerStep) => _countsCorrect && _steps > 0 ? (double)_correct / (_steps * outputsPerStep) : null;

    public void Start(long step)
    {
        _startStep = step;
        _startTime = _lastReport = Stopwatch.GetTimestamp();
    }

    public void Add(StepResult result)
    {
        _steps++;
        _loss += result.Loss;
        _correct += result.Correct ?? 0;
        _countsCorrect = result.Correct is not null;
    }

    public bool IsDue(TimeSpan interval)
    {
        if (Stopwatch.GetElapsedTime(_lastReport) < interval)
            return false;
        _lastReport = Stopwatch.GetTimestamp();
        return true;
    }

    public double StepsPerSecond(long step) => (step - _startStep) / Math.Max(1e-9, Stopwatch.GetElapsedTime(_startTime).TotalSeconds);

    public void EndEpoch() => (_loss, _correct, _steps) = (0, 0, 0);

    public void Save(Checkpoint checkpoint) => checkpoint.Add<double>("meter", [_loss, _correct, _steps]);

    public void Restore(Checkpoint checkpoint)
    {
        double[] values = new double[3];
        checkpoint.CopyTo<double>("meter", values);
        (_loss, _correct, _steps) = (values[0], (long)values[1], (long)values[2]);
    }
}
