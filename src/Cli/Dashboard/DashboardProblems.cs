namespace Drydock.Cli.Dashboard;

/// <summary>Failures as sentences for the user, as the verbs say them.</summary>
internal static class DashboardProblems
{
    public static bool IsShown(Exception failure) =>
        failure is CliException or KubernetesException or KubernetesConfigurationException;

    public static string Explain(Exception failure) => failure switch
    {
        KubernetesForbiddenException forbidden => MissingRight.Explain(forbidden),
        KubernetesNotFoundException { Request.Name: null } missing =>
            $"The cluster has no {missing.Request.Resource}: Drydock's CRDs are not installed there. Choose another "
            + "context with --context, or install the operator.",
        _ => failure.Message,
    };
}
