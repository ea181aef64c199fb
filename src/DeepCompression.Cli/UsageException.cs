namespace DeepCompression.Cli;

/// <summary>The command line, or a recipe that stands for it, asks for something that makes no sense.</summary>
/// <param name="message">One line that says what and why.</param>
public sealed class UsageException(string message) : Exception(message);
