namespace Drydock.Cli.Changes;

/// <summary>Options of the verbs that change something.</summary>
internal sealed class ChangeOptions
{
    /// <summary>How long to wait without <c>--timeout</c>.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Do not ask." };

    public Option<bool> NoWait { get; } = new("--no-wait")
    {
        Description = "Do not wait until the operator has taken it up.",
    };

    public Option<TimeSpan?> Timeout { get; } = Duration(
        "How long to wait for the operator, a duration such as 90s or 2m. Default: 1m.");

    public void AddTo(Command command)
    {
        command.Options.Add(Yes);
        command.Options.Add(NoWait);
        command.Options.Add(Timeout);
    }

    /// <summary>The option <c>--timeout</c>.</summary>
    public static Option<TimeSpan?> Duration(string description) => new("--timeout")
    {
        Description = description,
        CustomParser = static result => Read(result),
    };

    private static TimeSpan? Read(ArgumentResult result)
    {
        if (!KubernetesDuration.TryParse(result.Tokens[0].Value, out var value))
        {
            result.AddError($"--timeout is '{result.Tokens[0].Value}'; expected is a duration such as 90s or 2m.");
        }

        return value;
    }
}
