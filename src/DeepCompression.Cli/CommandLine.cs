using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using DeepCompression.Cli.Commands;
using DeepCompression.Cli.Training;

namespace DeepCompression.Cli;

/// <summary>The tool <c>deepcompress</c>: parses the command line, runs the command and turns every failure into one line and an exit code.</summary>
public static class CommandLine
{
    private static readonly (string Name, Func<CommandConsole, Command> Create)[] _commands =
    [
        ("compress", CompressCommand.Create),
        ("unpack", UnpackCommand.Create),
        ("inspect", InspectCommand.Create),
        ("verify", VerifyCommand.Create),
        ("diff", DiffCommand.Create),
        ("train", TrainCommand.Create),
        ("prune", PruneCommand.Create),
        ("finetune", FinetuneCommand.Create),
        ("dsd", DsdCommand.Create),
        ("sensitivity", SensitivityCommand.Create),
    ];

    /// <summary>Runs the tool.</summary>
    /// <param name="args">The arguments behind the tool's name.</param>
    /// <param name="console">Where it writes.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, CommandConsole console)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(console);
        ParseResult result = Create(console, args.FirstOrDefault()).Parse(args.Length == 0 ? ["--help"] : args);
        if (result.Action is ParseErrorAction)
        {
            string command = result.CommandResult.Command is RootCommand ? "" : result.CommandResult.Command.Name + " ";
            return Fail(console, ExitCode.Usage, $"{string.Join(" ", result.Errors.Select(e => e.Message))} Try: deepcompress {command}--help");
        }

        try
        {
            return result.Invoke(new InvocationConfiguration { Output = console.Output, Error = console.Error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception thrown)
        {
            Exception e = thrown is AggregateException { InnerException: { } inner } ? inner : thrown;
            return Fail(console, CodeOf(e), MessageOf(e));
        }
    }

    /// <summary>The commands, for parsing alone.</summary>
    /// <param name="console">Where they write.</param>
    /// <param name="first">The first word of the command line: of a command that is named only that one is made, which starts sooner.</param>
    internal static RootCommand Create(CommandConsole console, string? first = null)
    {
        var root = new RootCommand("Makes trained ONNX models small, shows where every byte went, and proves that they compute the same.");
        bool isNamed = Array.Exists(_commands, command => command.Name == first);
        foreach ((string name, Func<CommandConsole, Command> create) in _commands)
        {
            if (!isNamed || name == first)
                root.Add(create(console));
        }

        AddExamples(root, """
            Examples:
              deepcompress compress model.onnx -o small.onnx
              deepcompress verify model.onnx small.onnx
              deepcompress inspect small.onnx
            """ + "\n\n" + ExitCode.Help);
        return root;
    }

    /// <summary>Puts text below the help of a command.</summary>
    internal static void AddExamples(Command command, string text)
    {
        HelpOption? help = command.Options.OfType<HelpOption>().FirstOrDefault();
        if (help is null)
            command.Options.Add(help = new HelpOption());
        help.Action = new HelpWithExamples((HelpAction)help.Action!, text);
    }

    private static int Fail(CommandConsole console, int code, string message)
    {
        console.Error.WriteLine($"deepcompress: {message.ReplaceLineEndings(" ").Trim()}");
        return code;
    }

    private static int CodeOf(Exception e) => e switch
    {
        UsageException => ExitCode.Usage,
        InvalidDataException or NotSupportedException or FileNotFoundException or DirectoryNotFoundException or OutOfMemoryException or EndOfStreamException => ExitCode.BadInput,
        IOException or UnauthorizedAccessException => ExitCode.CannotWrite,
        _ => ExitCode.Internal,
    };

    private static string MessageOf(Exception e) => e switch
    {
        OutOfMemoryException => "there is not enough memory for this model.",
        _ when CodeOf(e) == ExitCode.Internal => $"a defect of this tool, please report it: {e.GetType().Name}: {e.Message}",
        _ => e.Message,
    };

    private sealed class HelpWithExamples(HelpAction help, string text) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(text);
            return code;
        }
    }
}
