namespace Drydock.Tests.Unit.Fakes;

/// <summary>The web server of each container, as curl inside of it sees it: it serves while the console does.</summary>
internal sealed class WorldHealth(OmsWorld world)
{
    public const string Refused = "\n000";

    /// <summary>Which health endpoints were asked, with the address of the host.</summary>
    public HashSet<string> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>Status and body of the health endpoint of a container whose console serves; null: healthy from 4.1.1
    /// on.</summary>
    public Func<WorldContainer, (int Status, string Body)>? Endpoint { get; set; }

    /// <summary>Whether a container has no curl.</summary>
    public Func<WorldContainer, bool> LacksCurl { get; set; } = static _ => false;

    /// <summary>Whether nothing listens on the port of a container.</summary>
    public Func<WorldContainer, bool> IsClosed { get; set; } = static _ => false;

    /// <summary>Exit code and output of curl.</summary>
    public (int ExitCode, string Output) Answer(WorldContainer container, Uri address)
    {
        var isHealth = address.AbsolutePath != "/";
        if (isHealth)
        {
            Asked.Add($"{address.Scheme}://{container.Host.Ip}:{address.Port}{address.AbsolutePath}");
        }

        if (LacksCurl(container))
        {
            return (127, "");
        }

        if (IsClosed(container) || container.Programs.GetValueOrDefault("nginx") is not { State: "RUNNING" })
        {
            return (7, Refused);
        }

        var (status, body) = !container.ConsoleServes ? (502, "<html>Bad Gateway</html>")
            : !isHealth ? (200, "<html><title>OMS</title></html>")
            : Endpoint?.Invoke(container) ?? (container.Image.Version == world.Setup.ToVersion
                || container.Image.Version.StartsWith("4.2", StringComparison.Ordinal)
                ? (200, """{"data":{"healthy":true}}""")
                : (404, "<html>404</html>"));
        return (0, string.Create(CultureInfo.InvariantCulture, $"{body}\n{status}"));
    }
}
