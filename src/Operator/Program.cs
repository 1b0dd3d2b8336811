using Drydock.Operator;

return await OperatorCommand.Create().Parse(args).InvokeAsync();
