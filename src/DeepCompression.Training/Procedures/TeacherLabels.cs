using DeepCompression.Onnx.Schema;

namespace DeepCompression.Training.Procedures;

/// <summary>Labels each batch with what a teacher says of it, changed at random or not (Hinton et al. 2015, section 2).</summary>
internal sealed class TeacherLabels : IDisposable
{
    private readonly TrainingSession _teacher;
    private readonly TrainingSession _student;

    /// <exception cref="ArgumentException">The loss does not compare logits, or the teacher has other inputs or classes than the student.</exception>
    /// <exception cref="NotSupportedException">A node of the teacher has no gradient rule.</exception>
    public TeacherLabels(ModelProto teacher, TrainingSession student, int threads)
    {
        if (student.Model.Options.Loss is not DistillationLoss)
            throw new ArgumentException("A teacher's labels are logits, which Loss.Distillation compares; the loss is another.", nameof(student));
        _student = student;
        _teacher = new TrainingSession(TrainingModel.Build(teacher, student.Model.Options with { Output = null, Form = static _ => WeightForm.Free }), new SessionSettings { Threads = threads });
        if (!_teacher.Model.Labels.Shape.SequenceEqual(student.Model.Labels.Shape))
        {
            string found = $"{string.Join('x', _teacher.Model.Labels.Shape)}, the model's {string.Join('x', student.Model.Labels.Shape)}";
            _teacher.Dispose();
            throw new ArgumentException($"The teacher's output has shape {found}.", nameof(teacher));
        }
    }

    /// <summary>Runs the teacher on what the student has been fed, and writes the student's labels.</summary>
    public void Write()
    {
        foreach (TrainingInput input in _teacher.Model.Inputs)
            _student.InputBytes(input.Name).CopyTo(_teacher.InputBytes(input.Name));
        _teacher.Evaluate();
        _teacher.Logits.CopyTo(_student.Labels<float>());
    }

    public void Dispose() => _teacher.Dispose();
}
