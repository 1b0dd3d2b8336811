using System.Net;
using System.Text.RegularExpressions;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>The rules between the fields of <see cref="ContainerSpec"/>.</summary>
internal static partial class ContainerRules
{
    private const long LeastProcesses = 65535;

    // docker's own word for the address of the host.
    private const string HostGateway = "host-gateway";

    /// <summary>Everything that contradicts itself.</summary>
    /// <param name="container">The part of the spec.</param>
    /// <param name="timeouts">The timeouts of the spec.</param>
    /// <param name="field">Where the part is, for instance <c>spec.container</c>.</param>
    public static IEnumerable<Finding> Check(ContainerSpec container, OmsUpgradeTimeouts timeouts, string field) =>
    [
        .. container.Env.SelectMany(variable => Variable(variable, $"{field}.env[{variable.Name}]")),
        .. container.Ulimits.SelectMany(limit => Limit(limit, $"{field}.ulimits[{limit.Name}]")),
        .. Lists(container, field),
        .. Grace(container, timeouts, field),
    ];

    private static IEnumerable<Finding> Variable(EnvironmentVariable variable, string field)
    {
        if (variable.Value is null == variable.ValueFrom is null)
        {
            yield return StorageRules.Refusal(RuleMessages.OneValue, field);
        }

        if (variable.Name is "OMS_HOST_IP" or "IS_UPGRADE")
        {
            yield return StorageRules.Refusal(RuleMessages.OwnVariables, field);
        }
    }

    private static IEnumerable<Finding> Limit(UlimitSpec limit, string field)
    {
        if (limit.Hard is { } hard and not -1 && (limit.Soft == -1 || limit.Soft > hard))
        {
            yield return StorageRules.Refusal(RuleMessages.SoftLimit, field);
        }

        if (limit is { Name: "nproc", Soft: not -1 and < LeastProcesses })
        {
            yield return StorageRules.Refusal(RuleMessages.ProcessLimit, field);
        }
    }

    private static IEnumerable<Finding> Lists(ContainerSpec container, string field)
    {
        if (container.ExtraHosts.Exists(line => !HasAddress(line)))
        {
            yield return StorageRules.Refusal(RuleMessages.HostAddress, $"{field}.extraHosts");
        }

        // A server would refuse the schema for what a rule over so many regular expressions may cost.
        if (container.Binds.Exists(bind => OmsBind().IsMatch(bind)))
        {
            yield return StorageRules.Refusal(RuleMessages.OmsBinds, $"{field}.binds");
        }

        if (IsTwice(container.Binds.Select(bind => bind.Split(':').ElementAtOrDefault(1)?.TrimEnd('/'))))
        {
            yield return StorageRules.Refusal(RuleMessages.SamePlace, $"{field}.binds");
        }

        if (container.Labels.Exists(label => label.StartsWith("drydock.dev/", StringComparison.Ordinal)))
        {
            yield return StorageRules.Refusal(RuleMessages.OwnLabels, $"{field}.labels");
        }

        if (IsTwice(container.Labels.Select(Name)))
        {
            yield return StorageRules.Refusal(RuleMessages.NamedTwice, $"{field}.labels");
        }

        if (IsTwice((container.LogConfig?.Options ?? []).Select(Name)))
        {
            yield return StorageRules.Refusal(RuleMessages.NamedTwice, $"{field}.logConfig.options");
        }
    }

    // The schema bounds no duration by another one.
    private static IEnumerable<Finding> Grace(ContainerSpec container, OmsUpgradeTimeouts timeouts, string field)
    {
        if (KubernetesDuration.TryParse(container.StopGrace, out var grace)
            && new[] { timeouts.StopOld, timeouts.StopNew }.Any(
                timeout => KubernetesDuration.TryParse(timeout, out var limit) && grace >= limit))
        {
            yield return StorageRules.Refusal(RuleMessages.GraceInTime, $"{field}.stopGrace");
        }
    }

    private static bool HasAddress(string line) =>
        line.Split(':', 2) is [{ Length: > 0 }, var address]
            && (address == HostGateway || IPAddress.TryParse(address, out _));

    private static string Name(string entry) => entry.Split('=', 2)[0];

    private static bool IsTwice(IEnumerable<string?> names)
    {
        var all = names.ToList();
        return all.Distinct(StringComparer.Ordinal).Count() < all.Count;
    }

    [GeneratedRegex(
        @"^[^:]+:(/home/admin/conf/config\.yaml|/home/admin/logs|/home/ds/store|/home/ds/run"
        + @"|/etc/pki/nginx/oms_server\.(crt|key))/*(:.*)?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex OmsBind();
}
