using Drydock.Operator;

return await OperatorCommand.Create()
    .Parse(args)
    .InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(25) });
