namespace Drydock.Tests.Integration.Install;

/// <summary>Names that kustomize changes arrive in the objects that refer to them, with the kustomize of kubectl
/// 1.35.</summary>
public sealed class KustomizeTests
{
    private const string Kustomization = """
        namePrefix: blue-
        resources: [objects.yaml]
        configurations: [drydock.yaml]
        secretGenerator:
        - {name: docker-tls, literals: [ca.crt=a]}
        - {name: oms-metadb, literals: [username=a]}
        - {name: s3, literals: [accessKey=a]}
        images:
        - {name: registry.example/oms, newTag: changed}
        """;

    private const string Objects = """
        apiVersion: drydock.dev/v1alpha1
        kind: OmsUpgrade
        metadata: {name: up}
        spec:
          image: registry.example/oms:feature_4.2.2
          regions:
          - name: default
            nodes:
            - {name: oms-a, docker: {endpoint: "tcp://192.0.2.216:2376", tlsSecretRef: {name: docker-tls}}}
            - {name: oms-b, docker: {endpoint: "tcp://192.0.2.217:2376", tlsSecretRef: {name: docker-tls}}}
          metadataDatabase: {credentialsSecretRef: {name: oms-metadb}}
          backup: {storage: {s3: {credentialsSecretRef: {name: s3}}}}
        ---
        apiVersion: drydock.dev/v1alpha1
        kind: BackupSnapshot
        metadata: {name: snap}
        spec:
          source: {credentialsSecretRef: {name: oms-metadb}}
        ---
        apiVersion: drydock.dev/v1alpha1
        kind: SnapshotRestore
        metadata: {name: back}
        spec:
          snapshotRef: {name: snap}
          target: {credentialsSecretRef: {name: not-made-here}}
        """;

    [Fact]
    public async Task Prefixes_and_hashes_arrive_in_references()
    {
        var folder = Directory.CreateTempSubdirectory("drydock-kustomize-").FullName;
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, "kustomization.yaml"), Kustomization, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(folder, "objects.yaml"), Objects, TestContext.Current.CancellationToken);
            File.Copy(Repository.PathOf("config", "kustomize", "drydock.yaml"), Path.Combine(folder, "drydock.yaml"));
            var made = await Chart.KustomizeAsync(folder, TestContext.Current.CancellationToken);
            JsonNode Of(string kind) => made.Single(o => (string)o["kind"]! == kind);
            string Secret(string name) => made.Where(o => (string)o["kind"]! == "Secret").Select(o =>
                (string)o["metadata"]!["name"]!).Single(n => n.StartsWith($"blue-{name}-", StringComparison.Ordinal));

            var upgrade = Of("OmsUpgrade")["spec"]!;
            upgrade["regions"]![0]!["nodes"]!.AsArray().Select(n => (string?)n!["docker"]!["tlsSecretRef"]!["name"])
                .ShouldBe([Secret("docker-tls"), Secret("docker-tls")]);
            ((string?)upgrade["metadataDatabase"]!["credentialsSecretRef"]!["name"]).ShouldBe(Secret("oms-metadb"));
            ((string?)upgrade["backup"]!["storage"]!["s3"]!["credentialsSecretRef"]!["name"]).ShouldBe(Secret("s3"));
            ((string?)upgrade["image"]).ShouldBe("registry.example/oms:changed");
            ((string?)Of("BackupSnapshot")["spec"]!["source"]!["credentialsSecretRef"]!["name"])
                .ShouldBe(Secret("oms-metadb"));
            ((string?)Of("SnapshotRestore")["spec"]!["snapshotRef"]!["name"]).ShouldBe("blue-snap");
            ((string?)Of("SnapshotRestore")["spec"]!["target"]!["credentialsSecretRef"]!["name"])
                .ShouldBe("not-made-here", "a Secret that is not part of the kustomization keeps its name");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
