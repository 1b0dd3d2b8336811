namespace Drydock.Reconcilers.Oms;

/// <summary>What the CEL rules of the schema cannot say about a spec: what they would have to read too often for their
/// cost limits, and what shows only once the search has completed the spec. Everything else is checked by the API
/// server alone.</summary>
internal static partial class OmsSpecPreflight
{
    // docker's own word for the address of the host.
    private const string HostGateway = "host-gateway";

    /// <summary>Everything that contradicts itself in a completed spec, with the reason InvalidSpec.</summary>
    public static IReadOnlyList<Finding> Check(OmsUpgradeSpec spec) =>
    [
        .. Nodes(spec),
        .. Container(spec.Container, spec.Timeouts, "spec.container"),
        .. spec.Regions.SelectMany(region => region.Nodes.Where(node => node.Container is not null).SelectMany(
            node => Container(node.Container!, spec.Timeouts, $"{FieldOf(region, node)}.container"))),
    ];

    private static IEnumerable<Finding> Nodes(OmsUpgradeSpec spec)
    {
        var nodes = spec.Regions.SelectMany(region => region.Nodes).ToList();
        if (nodes.Count > SchemaLimits.AllNodes)
        {
            yield return Invalid(
                $"The upgrade has {nodes.Count} nodes. At most {SchemaLimits.AllNodes} are possible, because its plan "
                    + "must fit into one object.",
                "spec.regions");
        }

        foreach (var region in spec.Regions)
        {
            foreach (var node in region.Nodes.Where(n => NewContainer(spec, n) is { } created
                && created == (n.CurrentContainer ?? spec.CurrentContainer)))
            {
                yield return Invalid(
                    $"On {node.Name} newContainer and currentContainer are both {NewContainer(spec, node)}. Choose "
                        + "another newContainer, because the old container is kept for a rollback.",
                    $"{FieldOf(region, node)}.newContainer");
            }
        }

        if (spec.Docker is { } docker
            && !NodeDocker.HasPlaceholder(docker.Endpoint)
            && nodes.FindAll(node => node.Docker is null) is { Count: > 1 } sharing)
        {
            yield return Invalid(
                $"spec.docker.endpoint leads {string.Join(" and ", sharing.Select(n => n.Name))} to the same dockerd. "
                    + $"Put {NodeDocker.HostIP} or {NodeDocker.Name} into it.",
                "spec.docker.endpoint");
        }
    }

    private static IEnumerable<Finding> Container(ContainerSpec container, OmsUpgradeTimeouts timeouts, string field)
    {
        var longest = new[] { timeouts.StopOld, timeouts.StopNew };
        (bool IsWrong, string Key, string Message)[] checks =
        [
            (
                container.ExtraHosts.Exists(line => !HasAddress(line)),
                "extraHosts",
                "An entry of container.extraHosts must be a name, a colon, and an IP address or host-gateway, for "
                    + "instance metadb.example:192.0.2.9."),
            (
                container.Binds.Exists(bind => OmsBind().IsMatch(bind)),
                "binds",
                "container.binds must not replace config.yaml, logs, store and run of OMS, because the new version "
                    + "needs the same ones, nor certificate and key: use spec.https."),
            (
                IsTwice(container.Binds.Select(bind => bind.Split(':').ElementAtOrDefault(1)?.TrimEnd('/'))),
                "binds",
                "container.binds must not name one path in the container twice."),
            (IsTwice(container.Labels.Select(Name)), "labels", "container.labels must not give one name twice."),
            (
                IsTwice((container.LogConfig?.Options ?? []).Select(Name)),
                "logConfig.options",
                "container.logConfig.options must not give one name twice."),
            (
                KubernetesDuration.TryParse(container.StopGrace, out var grace) && Array.Exists(
                    longest, timeout => KubernetesDuration.TryParse(timeout, out var limit) && grace >= limit),
                "stopGrace",
                "container.stopGrace must be shorter than timeouts.stopOld and timeouts.stopNew. Otherwise every stop "
                    + "that needs it fails."),
        ];
        return checks.Where(check => check.IsWrong).Select(check => Invalid(check.Message, $"{field}.{check.Key}"));
    }

    private static string? NewContainer(OmsUpgradeSpec spec, OmsNode node) => node.NewContainer ?? spec.NewContainer;

    private static string FieldOf(OmsRegion region, OmsNode node) => $"spec.regions[{region.Name}].nodes[{node.Name}]";

    private static bool HasAddress(string line) =>
        line.Split(':', 2) is [{ Length: > 0 }, var address]
            && (address == HostGateway || IPAddress.TryParse(address, out _));

    private static string Name(string entry) => entry.Split('=', 2)[0];

    private static bool IsTwice(IEnumerable<string?> names)
    {
        var all = names.ToList();
        return all.Distinct(StringComparer.Ordinal).Count() < all.Count;
    }

    private static Finding Invalid(string message, string field) =>
        new() { Reason = Reasons.InvalidSpec, Message = message, Field = field };

    [GeneratedRegex(
        @"^[^:]+:(/home/admin/conf/config\.yaml|/home/admin/logs|/home/ds/store|/home/ds/run"
        + @"|/etc/pki/nginx/oms_server\.(crt|key))/*(:.*)?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex OmsBind();
}
