using Drydock.Cli.CommandLine;

return await DrydockCommand.Create(new Surroundings()).Parse(args).InvokeAsync();
