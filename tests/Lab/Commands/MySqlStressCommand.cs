using System.CommandLine;

namespace Drydock.Lab.Commands;

/// <summary>Runs the SQL client against a hostile server in this process.</summary>
internal static class MySqlStressCommand
{
    internal static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "Minutes to run at least.", DefaultValueFactory = _ => 10 };
        var opens = new Option<int>("--opens") { Description = "Connections to open at least.", DefaultValueFactory = _ => 300 };
        var seed = new Option<int>("--seed") { Description = "Seed of everything that is random.", DefaultValueFactory = _ => 1 };
        var command = new Command(
            "mysql-stress",
            "Runs the SQL client against a server that closes, stalls and lies, and checks for leaks and crashes.")
        {
            minutes,
            opens,
            seed,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await new MySqlStress(parsed.GetValue(seed), Console.Out)
                .RunAsync(parsed.GetValue(opens), TimeSpan.FromMinutes(parsed.GetValue(minutes)), cancellationToken);
            return 0;
        });
        return command;
    }
}
