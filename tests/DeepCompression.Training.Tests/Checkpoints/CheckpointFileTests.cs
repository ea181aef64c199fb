using DeepCompression.Training.Checkpoints;
using DeepCompression.Training.Tests.Data;

namespace DeepCompression.Training.Tests.Checkpoints;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_SavedCheckpoint_GivesTheSameNumbers()
    {
        Checkpoint saved = Example(step: 17);
        CheckpointFile.Save(saved, _folder["c"]);
        Checkpoint loaded = CheckpointFile.Load(_folder["c"]);

        Assert.Equal("17", loaded.GetNote("step"));
        Assert.Equal(saved.Get<float>("weight/w").ToArray(), loaded.Get<float>("weight/w").ToArray());
        Assert.Equal(saved.Get<byte>("mask/w").ToArray(), loaded.Get<byte>("mask/w").ToArray());
        Assert.Empty(loaded.Get<float>("empty").ToArray());
        Assert.Throws<InvalidDataException>(() => loaded.Get<float>("missing").ToArray());
        Assert.Throws<InvalidDataException>(() => loaded.CopyTo("weight/w", new float[2]));
    }

    [Fact]
    public void Load_AnyByteChangedOrCutOff_ThrowsInvalidData()
    {
        CheckpointFile.Save(Example(step: 1), _folder["c"]);
        byte[] whole = File.ReadAllBytes(_folder["c"]);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 0x40;
            File.WriteAllBytes(_folder["bad"], changed);
            Assert.Throws<InvalidDataException>(() => CheckpointFile.Load(_folder["bad"]));
            File.WriteAllBytes(_folder["bad"], whole[..i]);
            Assert.Throws<InvalidDataException>(() => CheckpointFile.Load(_folder["bad"]));
        }
    }

    [Fact]
    public void Save_StoppedAtAnyByte_LeavesTheCheckpointBefore()
    {
        CheckpointFile.Save(Example(step: 1), _folder["c"]);
        CheckpointFile.Save(Example(step: 2), _folder["next"]);
        byte[] next = File.ReadAllBytes(_folder["next"]);
        for (int written = 0; written <= next.Length; written += 7)
        {
            // What a process leaves that is killed while it writes: a part of the new file aside.
            File.WriteAllBytes(_folder["c"] + ".partial", next[..written]);
            Assert.Equal("1", CheckpointFile.Load(_folder["c"]).GetNote("step"));
        }

        CheckpointFile.Save(Example(step: 2), _folder["c"]);
        Assert.Equal("2", CheckpointFile.Load(_folder["c"]).GetNote("step"));
        Assert.False(File.Exists(_folder["c"] + ".partial"));
    }

    private static Checkpoint Example(int step)
    {
        Checkpoint checkpoint = new();
        checkpoint.SetNote("step", step.ToString(System.Globalization.CultureInfo.InvariantCulture));
        checkpoint.Add<float>("weight/w", [1.5f, -0f, float.MaxValue]);
        checkpoint.Add<byte>("mask/w", [1, 0, 1]);
        checkpoint.Add<float>("empty", []);
        return checkpoint;
    }
}
