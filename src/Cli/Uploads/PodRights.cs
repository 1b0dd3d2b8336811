using Drydock.Cli.CommandLine;
using k8s;
using k8s.Models;

namespace Drydock.Cli.Uploads;

/// <summary>The rights that running a program in a pod needs.</summary>
internal static class PodRights
{
    /// <summary>The verb that every server asks for: exec is opened as a WebSocket, with GET.</summary>
    public const string Required = "get";

    // From Kubernetes 1.35 on, servers ask for both.
    private static readonly string[] Verbs = [Required, "create"];

    /// <summary>The verbs on <c>pods/exec</c> that the user lacks, of get and create.</summary>
    public static async Task<IReadOnlyList<string>> MissingAsync(
        IKubernetes server, string space, string pod, CancellationToken cancellationToken)
    {
        List<string> missing = [];
        foreach (var verb in Verbs)
        {
            var review = await server.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(
                new V1SelfSubjectAccessReview
                {
                    Spec = new V1SelfSubjectAccessReviewSpec
                    {
                        ResourceAttributes = new V1ResourceAttributes
                        {
                            Verb = verb,
                            Resource = "pods",
                            Subresource = "exec",
                            NamespaceProperty = space,
                            Name = pod,
                        },
                    },
                },
                cancellationToken: cancellationToken);
            if (!review.Status.Allowed)
            {
                missing.Add(verb);
            }
        }

        return missing;
    }

    /// <summary>The refusal.</summary>
    /// <param name="space">The namespace of the operator.</param>
    /// <param name="right">Verb and resource: <c>list pods</c>.</param>
    public static CliException Refusal(string space, string right) => new(
        $"You may not {right} in namespace {space}. `upload` needs list pods, and get and create pods/exec. An "
        + "administrator can grant them with a Role and a RoleBinding. Who may do this can read the operator's "
        + "Secrets.");
}
