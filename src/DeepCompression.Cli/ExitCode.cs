namespace DeepCompression.Cli;

/// <summary>What the tool returns to the shell. The numbers are documented in the help and do not change.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Done, and the answer is no: outputs differ by more than allowed, or two models are not the same.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>An input file is missing, damaged or not supported.</summary>
    public const int BadInput = 3;

    /// <summary>The result cannot be written, for example because the file exists and <c>--force</c> is not given.</summary>
    public const int CannotWrite = 4;

    /// <summary>A defect of the tool.</summary>
    public const int Internal = 5;

    /// <summary>The text of the table for the help.</summary>
    internal const string Help = """
        Exit codes:
          0  done
          1  the answer is no: outputs differ by more than allowed, or the models differ
          2  the command line is wrong
          3  an input file is missing, damaged or not supported
          4  the result cannot be written (it exists already and --force is not given)
          5  a defect of this tool
        """;
}
