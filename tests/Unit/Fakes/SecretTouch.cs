namespace Drydock.Tests.Unit.Fakes;

/// <summary>What people and tools do to a Secret that is in use.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Change">Does it.</param>
internal sealed record SecretTouch(string Name, Func<V1Secret, string, V1Secret> Change)
{
    /// <summary>As a tool does that refreshes Secrets from a vault.</summary>
    public static SecretTouch Annotated { get; } = new("annotated", static (s, value) => s with
    {
        Metadata = s.Metadata with
        {
            Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["reconcile.external-secrets.io/data-hash"] = value
            }
        },
    });

    public static SecretTouch Labelled { get; } = new("labelled", static (s, value) => s with
    {
        Metadata = s.Metadata with
        {
            Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = value.Replace(' ', '-') }
        },
    });

    public static SecretTouch Extended { get; } = new("extended", static (s, value) => With(s, "notes.txt", value));

    /// <summary>Another certificate that the hosts take as well.</summary>
    public static SecretTouch Rotated { get; } = new("rotated", static (s, value) => With(s, "tls.crt", value));

    public static SecretTouch Of(string name) =>
        new[] { Annotated, Labelled, Extended, Rotated }.Single(t => t.Name == name);

    public void Apply(FakeKubernetes api, string value) => Edit(api, s => Change(s, value));

    public override string ToString() => Name;

    /// <summary>Changes the Secret by which the world's hosts are reached.</summary>
    public static void Edit(FakeKubernetes api, Func<V1Secret, V1Secret> change) =>
        api.Update(change(api.Find<V1Secret>(OmsWorld.Namespace, "docker-tls")!));

    private static V1Secret With(V1Secret secret, string key, string value) => secret with
    {
        Data = new Dictionary<string, byte[]>(
            secret.Data ?? new Dictionary<string, byte[]>(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            [key] = System.Text.Encoding.UTF8.GetBytes(value)
        },
    };
}
