using Drydock.Clients.Docker;

namespace Drydock.Reconcilers.Oms;

/// <summary>A mount as <c>docker run --volume</c> takes it, <c>source:target[:options]</c>.</summary>
/// <param name="Source">A path of the host, or the name of a volume.</param>
/// <param name="Target">The path in the container, without a slash at its end.</param>
/// <param name="Options">Such as <c>ro</c>; empty: none.</param>
internal sealed record Bind(string Source, string Target, string Options = "")
{
    /// <summary>Whether the source is a path of the host and not a volume.</summary>
    public bool IsPath => Source.StartsWith('/');

    /// <summary>Reads one; a text without a target is a target alone.</summary>
    public static Bind Parse(string text) => text.Split(':', 3) switch
    {
        [var source, var target] => new Bind(source, target.TrimEnd('/')),
        [var source, var target, var options] => new Bind(source, target.TrimEnd('/'), options),
        _ => new Bind("", text.TrimEnd('/')),
    };

    /// <summary>A configuration in which this is the only mount in its place.</summary>
    public HostConfig In(HostConfig host) => host with
    {
        Binds = [.. (host.Binds ?? []).Where(bind => Parse(bind).Target != Target), ToString()],
        Mounts = host.Mounts is null ? null : [.. host.Mounts.Where(mount => mount.Target.TrimEnd('/') != Target)],
    };

    public override string ToString() => Options.Length == 0 ? $"{Source}:{Target}" : $"{Source}:{Target}:{Options}";
}
