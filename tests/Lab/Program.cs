using Drydock.Lab;
using Drydock.Lab.Commands;

try
{
    return await LabCommands.Create().Parse(args).InvokeAsync(
        new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (LabException error)
{
    await Console.Error.WriteLineAsync($"lab: {error.Message}");
    return 1;
}
