namespace Drydock.Lab.Accidents;

/// <summary>The upgrade's object is deleted or pruned, its namespace is deleted, its Secrets are broken.</summary>
internal static class ObjectAccidents
{
    public static IReadOnlyList<IAccident> All { get; } =
    [
        Prune("object-pruned-foreground", "Foreground"),
        Prune("object-pruned-background", "Background"),
        Prune("object-pruned-orphan", "Orphan"),
        new Accident("namespace-deleted", AccidentKind.Object, (scene, token) => scene.Stage.ControlPlane.KubectlAsync(
            ["delete", "namespace", scene.Space, "--wait=false"], cancellationToken: token))
        {
            Toll = AccidentToll.Namespace
        },
        new Accident(
            "secret-broken", AccidentKind.Object, BreakSecretAsync, "put the right certificate into the Secret",
            (scene, _) => scene.Stage.CreateSecretsAsync(scene.Space)),
        new Accident("secret-deleted", AccidentKind.Object, (scene, token) => scene.Stage.ControlPlane.KubectlAsync(
            ["-n", scene.Space, "delete", "secret", $"docker-tls-{scene.Host.Name}", "--ignore-not-found"],
            cancellationToken: token),
            "create the Secret again", (scene, _) => scene.Stage.CreateSecretsAsync(scene.Space)),
        new Accident("secret-rotated", AccidentKind.Object, RotateSecretAsync),
    ];

    private static Accident Prune(string id, string policy) => new(id, AccidentKind.Object, async (scene, token) =>
    {
        using var http = scene.Stage.ControlPlane.CreateHttpClient();
        var path = new Uri(
            $"/apis/drydock.dev/v1alpha1/namespaces/{scene.Space}/omsupgrades/{scene.Upgrade}", UriKind.Relative);
        using var request = new HttpRequestMessage(HttpMethod.Delete, path)
        {
            Content = new StringContent(
                new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = policy }
                    .ToJsonString(),
                System.Text.Encoding.UTF8, "application/json"),
        };
        using var response = await http.SendAsync(request, token);
        response.EnsureSuccessStatusCode();
    })
    { Toll = AccidentToll.Upgrade };

    // As cert-manager or a vault rotates a Secret: another certificate of the same authority, with other metadata. Open
    // connections stay open.
    private static async Task RotateSecretAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        var next = scene.Stage.Run.Authority.Issue(
            scene.Stage.Run.FolderFor($"rotated-{Guid.NewGuid():N}"), "client", "operator");
        await scene.Stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"docker-tls-{scene.Host.Name}",
                ["namespace"] = scene.Space,
                ["labels"] = new JsonObject { ["rotated"] = "yes" },
                ["annotations"] = new JsonObject { ["example.com/rotated"] = "yes" },
            },
            ["stringData"] = new JsonObject
            {
                ["ca.crt"] = await File.ReadAllTextAsync(next.AuthorityPath, cancellationToken),
                ["tls.crt"] = await File.ReadAllTextAsync(next.CertificatePath, cancellationToken),
                ["tls.key"] = await File.ReadAllTextAsync(next.KeyPath, cancellationToken),
            },
        }.ToJsonString());
    }

    private static async Task BreakSecretAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        using var stranger = new LabCertificateAuthority("drydock-lab-stranger");
        var wrong = stranger.Issue(scene.Stage.Run.FolderFor("stranger"), "client", "stranger");
        await scene.Stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = $"docker-tls-{scene.Host.Name}", ["namespace"] = scene.Space },
            ["stringData"] = new JsonObject
            {
                // The authority stays: only the client certificate of the operator is wrong.
                ["ca.crt"] = await File.ReadAllTextAsync(scene.Host.Client.AuthorityPath, cancellationToken),
                ["tls.crt"] = await File.ReadAllTextAsync(wrong.CertificatePath, cancellationToken),
                ["tls.key"] = await File.ReadAllTextAsync(wrong.KeyPath, cancellationToken),
            },
        }.ToJsonString());
        // Open connections would continue with their old certificate.
        scene.HostProxy.CutAll();
    }
}
