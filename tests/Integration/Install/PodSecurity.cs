namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The published rules for pods: the level "restricted" of the Pod Security Standards
/// (https://kubernetes.io/docs/concepts/security/pod-security-standards/), and the security context constraint
/// "restricted-v2" of OpenShift. Neither server of the lab has an admission that checks them.
/// </summary>
internal static class PodSecurity
{
    private static readonly string[] Volumes =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>Violations of the level "restricted", which includes "baseline".</summary>
    /// <param name="template">Template of a pod.</param>
    public static IEnumerable<string> Restricted(JsonNode template)
    {
        var pod = template["spec"]!;
        foreach (var problem in Common(pod))
        {
            yield return problem;
        }

        var context = pod["securityContext"];
        foreach (var container in Containers(pod))
        {
            var own = container["securityContext"];
            if (!Is(own?["runAsNonRoot"] ?? context?["runAsNonRoot"], true))
            {
                yield return "runAsNonRoot";
            }

            if ((own?["runAsUser"] ?? context?["runAsUser"])?.GetValue<long>() == 0)
            {
                yield return "runAsUser";
            }
        }
    }

    /// <summary>Violations of "restricted-v2" of OpenShift, which sets the ids itself.</summary>
    /// <param name="template">Template of a pod.</param>
    public static IEnumerable<string> OpenShift(JsonNode template)
    {
        var pod = template["spec"]!;
        foreach (var problem in Common(pod))
        {
            yield return problem;
        }

        foreach (var context in Containers(pod).Select(c => c["securityContext"]).Append(pod["securityContext"]))
        {
            foreach (var field in new[] { "runAsUser", "fsGroup", "seLinuxOptions" }.Where(
                field => context?[field] is not null))
            {
                yield return field;
            }
        }
    }

    private static IEnumerable<string> Common(JsonNode pod)
    {
        foreach (var field in new[] { "hostNetwork", "hostPID", "hostIPC" }.Where(field => Is(pod[field], true)))
        {
            yield return field;
        }

        foreach (var volume in pod["volumes"]?.AsArray() ?? new JsonArray())
        {
            if (!volume!.AsObject().Select(e => e.Key).Where(key => key != "name").All(Volumes.Contains))
            {
                yield return "volumes";
            }
        }

        var context = pod["securityContext"];
        if (context?["sysctls"] is JsonArray { Count: > 0 })
        {
            yield return "sysctls";
        }

        foreach (var container in Containers(pod))
        {
            var own = container["securityContext"];
            if (Is(own?["privileged"], true))
            {
                yield return "privileged";
            }

            if (!Is(own?["allowPrivilegeEscalation"], false))
            {
                yield return "allowPrivilegeEscalation";
            }

            if (own?["capabilities"]?["drop"]?.AsArray().Any(c => c!.GetValue<string>() == "ALL") != true)
            {
                yield return "capabilities.drop";
            }

            if (own?["capabilities"]?["add"]?.AsArray().Any(c => c!.GetValue<string>() != "NET_BIND_SERVICE") == true)
            {
                yield return "capabilities.add";
            }

            if ((own?["seccompProfile"] ?? context?["seccompProfile"])?["type"]?.GetValue<string>()
                is not ("RuntimeDefault" or "Localhost"))
            {
                yield return "seccompProfile";
            }

            if (own?["procMount"] is { } mount && mount.GetValue<string>() != "Default")
            {
                yield return "procMount";
            }

            if (container["ports"]?.AsArray().Any(
                p => p!["hostPort"] is { } port && port.GetValue<long>() != 0) == true)
            {
                yield return "hostPort";
            }
        }
    }

    private static IEnumerable<JsonNode> Containers(JsonNode pod) =>
        new[] { "initContainers", "containers", "ephemeralContainers" }
            .SelectMany(field => pod[field]?.AsArray() ?? new JsonArray()).OfType<JsonNode>();

    private static bool Is(JsonNode? node, bool value) => node?.GetValue<bool>() == value;
}
