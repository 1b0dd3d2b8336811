namespace Drydock.Cli.Dashboard;

/// <summary>What a dashboard shows, and where.</summary>
internal sealed record DashboardOptions
{
    /// <summary>The port on 127.0.0.1; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>The namespace whose runs are shown; null for all that the user may list.</summary>
    public string? Namespace { get; init; }

    /// <summary>
    /// Random hex digits in the path: other users of this machine can reach the port, but do not know the digits.
    /// </summary>
    public required string Token { get; init; }
}
