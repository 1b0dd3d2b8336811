namespace Drydock.Cli.Dashboard;

/// <summary>One server-sent event.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Data">JSON in one line.</param>
internal sealed record ServerEvent(string Name, string Data)
{
    /// <summary>The state of all runs.</summary>
    public const string Runs = "runs";

    /// <summary>The state of one run.</summary>
    public const string Run = "run";

    /// <summary>The run does not exist.</summary>
    public const string Gone = "gone";

    /// <summary>A read failed. It is repeated.</summary>
    public const string Problem = "problem";

    /// <summary>The API server does not answer.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>Whether it is what the page shows, as the API server has it now.</summary>
    public bool IsState => Name is Runs or Run or Gone;
}
