namespace Drydock.Cli.CommandLine;

/// <summary>Failures as sentences for the user.</summary>
internal static class Failures
{
    public static bool IsShown(Exception failure) =>
        failure is CliException or KubernetesException or KubernetesConfigurationException
            or k8s.Autorest.HttpOperationException or HttpRequestException
            or OperationCanceledException { InnerException: TimeoutException };

    public static string Explain(Exception failure) => failure switch
    {
        KubernetesForbiddenException forbidden => Explain(forbidden),
        KubernetesNotFoundException { Request.Name: null } missing =>
            $"The cluster has no {missing.Request.Resource}: Drydock's CRDs are not installed there. Choose another "
            + "context with --context, or install the operator.",
        k8s.Autorest.HttpOperationException refused =>
            $"The API server answered {(int)refused.Response.StatusCode} {refused.Response.ReasonPhrase} to "
                + $"{refused.Request.Method} {refused.Request.RequestUri?.AbsolutePath}: "
                + Sentences.Close(NoAnswer.Reason(refused)),
        OperationCanceledException => "The API server did not answer in time.",
        HttpRequestException lost => $"The API server was not reached: {Sentences.Close(NoAnswer.Explain(lost))}",
        _ => failure.Message,
    };

    /// <summary>An object of a list that is shown without it.</summary>
    public static string Explain(string kind, UnreadableObject unreadable) =>
        $"{kind} {unreadable.Namespace}/{unreadable.Name} is not shown, because this plugin cannot read it: "
        + $"{Sentences.Close(unreadable.Error)} Use the plugin of the operator's version.";

    // Which right a user lacks and which of the shipped roles has it, or what else refused the request (an admission
    // webhook, a quota, a namespace that is being deleted).
    private static string Explain(KubernetesForbiddenException failure)
    {
        var request = failure.Request;
        if (!IsMissingRight(failure.Status.Message))
        {
            return $"The API server refused to {request}: {Sentences.Close(failure.Status.Message)}";
        }

        var group = request.Group.Length == 0 ? "the core API group" : $"API group {request.Group}";
        var where = request.Namespace is { } space ? $"in namespace {space}" : "in all namespaces";
        return $"You may not {request.Verb} {request.Resource} ({group}) {where}. {Remedy(request)}";
    }

    // RBAC says: User "u" cannot patch resource "omsupgrades" in API group "drydock.dev" in the namespace "n". The
    // message is left out for Secrets.
    private static bool IsMissingRight(string? message) =>
        string.IsNullOrEmpty(message) || message.Contains("cannot ", StringComparison.Ordinal);

    /// <summary>The role that has the right, and how an administrator grants it.</summary>
    public static string Remedy(KubernetesRequest request)
    {
        var role = (request.Group, request.Resource, request.IsRead) switch
        {
            (ApiGroup.Name, _, true) => "drydock-view",
            (ApiGroup.Name, "snapshotrestores", false) => "drydock-admin",
            (ApiGroup.Name, _, false) => "drydock-edit",
            _ => null,
        };
        if (role is null)
        {
            return "An administrator can grant it with a Role and a RoleBinding.";
        }

        var binding = request.Namespace is { } space
            ? $"kubectl -n {space} create rolebinding {role}-USER --clusterrole={role} --user=USER"
            : $"kubectl create clusterrolebinding {role}-USER --clusterrole={role} --user=USER";
        return $"The role {role} has this right. An administrator can give it to you: `{binding}`.";
    }
}
