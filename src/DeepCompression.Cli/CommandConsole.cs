using Spectre.Console;
using Spectre.Console.Rendering;

namespace DeepCompression.Cli;

/// <summary>
/// Where the tool writes. Results go to the output, everything else (progress, notes, errors) to the error stream,
/// so that <c>--json</c> can be piped. Progress bars appear only where the error stream is a terminal.
/// </summary>
public sealed class CommandConsole
{
    private const int PipeWidth = 240; // columns: a table that is not read by eye is not folded
    private const double ProgressDelay = 1; // seconds before a bar appears

    private readonly Lazy<IAnsiConsole> _results; // made when needed: that takes a while
    private readonly Lazy<IAnsiConsole> _notes;
    private readonly bool _showsProgress;

    /// <summary>Makes a console over two writers.</summary>
    /// <param name="output">Takes results.</param>
    /// <param name="error">Takes progress, notes and errors.</param>
    /// <param name="outputIsTerminal">Whether results are read by eye: colours, and tables as wide as the terminal.</param>
    /// <param name="errorIsTerminal">Whether progress bars make sense.</param>
    public CommandConsole(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal)
    {
        Output = output;
        Error = error;
        OutputIsTerminal = outputIsTerminal;
        _showsProgress = errorIsTerminal;
        _results = new(() => Create(output, outputIsTerminal));
        _notes = new(() => Create(error, errorIsTerminal));
    }

    /// <summary>Takes results.</summary>
    public TextWriter Output { get; }

    /// <summary>Takes progress, notes and errors.</summary>
    public TextWriter Error { get; }

    /// <summary>Whether results are read by eye. Where they are not they are JSON, unless the command line says otherwise.</summary>
    public bool OutputIsTerminal { get; }

    /// <summary>Whether notes and progress are left out.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Columns that a line of results has.</summary>
    public int Width => _results.Value.Profile.Width;

    /// <summary>Writes a table or other figure as a result.</summary>
    public void Write(IRenderable figure) => _results.Value.Write(figure);

    /// <summary>Writes a line as a result.</summary>
    public void WriteLine(string line) => Output.WriteLine(line);

    /// <summary>Writes a line that is not the result.</summary>
    public void Note(string line)
    {
        if (!IsQuiet)
            Error.WriteLine(line);
    }

    /// <summary>Writes a line that must be seen even where notes are left out.</summary>
    public void Warn(string line) => Error.WriteLine($"warning: {line}");

    /// <summary>Does work under a progress bar that appears when the work takes more than a second.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="work">The work; it reports how much of it is done, 0 to 1.</param>
    public T WithProgress<T>(string title, Func<Action<double>, T> work)
    {
        if (!_showsProgress || IsQuiet)
            return work(_ => { });

        double done = 0;
        Task<T> task = Task.Run(() => work(value => Volatile.Write(ref done, value)));
        if (Task.WaitAny([task], TimeSpan.FromSeconds(ProgressDelay)) == 0)
            return task.GetAwaiter().GetResult();

        _notes.Value.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask bar = context.AddTask(Markup.Escape(title), maxValue: 1);
                while (Task.WaitAny([task], TimeSpan.FromMilliseconds(100)) != 0)
                    bar.Value = Volatile.Read(ref done);
                bar.Value = 1;
            });
        return task.GetAwaiter().GetResult();
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = PipeWidth;
        return console;
    }
}
