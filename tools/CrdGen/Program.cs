return Drydock.CrdGen.Cli.Run(args, Console.Out, Console.Error);
