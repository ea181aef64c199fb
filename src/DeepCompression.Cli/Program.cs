using DeepCompression.Cli;

return CommandLine.Run(args, new CommandConsole(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected));
