namespace Drydock.Tests.Unit.Upgrades;

/// <summary>What counts as a change of a Secret.</summary>
public sealed class UsedSecretsTests
{
    private readonly FakeKubernetes _api = new(WorldJson.Crds, new ManualTimeProvider());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Digest_changes_only_with_a_used_value()
    {
        await StoreAsync(("username", "u"), ("password", "p"));
        var before = await ReadAsync();
        await ChangeAsync(s => s with
        {
            Metadata =
                s.Metadata with { Annotations = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" } }
        });
        await ChangeAsync(s => s with
        {
            Metadata =
                s.Metadata with { Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" } }
        });
        await ChangeAsync(
            s => s with { Data = new Dictionary<string, byte[]>(s.Data!, StringComparer.Ordinal) { ["notes"] = [1] } });
        var same = await ReadAsync();
        same.Digest.ShouldBe(before.Digest);
        same.Data("db").ShouldNotBeNull().Keys.ShouldBe(["username", "password"], ignoreOrder: true);

        await ChangeAsync(s =>
            s with { Data = new Dictionary<string, byte[]>(s.Data!, StringComparer.Ordinal) { ["password"] = [2] } });
        (await ReadAsync()).Digest.ShouldNotBe(before.Digest);
    }

    [Fact]
    public async Task Missing_and_empty_Secret_have_different_digests()
    {
        var missing = await ReadAsync();
        missing.Data("db").ShouldBeNull();
        await StoreAsync();
        var empty = await ReadAsync();
        empty.Data("db").ShouldNotBeNull().ShouldBeEmpty();
        empty.Digest.ShouldNotBe(missing.Digest);
    }

    [Fact]
    public async Task Digest_cannot_be_computed_from_a_guessed_password()
    {
        await StoreAsync(("password", "123456"));
        var read = await ReadAsync();
        read.Digest.Length.ShouldBe(64);
        foreach (var guess in new[] { "123456", "password123456", "db123456" })
        {
            read.Digest.ShouldNotBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(guess))));
        }

        read.ToString().ShouldNotContain("123456");
    }

    [Fact]
    public async Task Two_references_to_one_Secret_read_all_their_keys()
    {
        await StoreAsync(("username", "u"), ("identity", "i"), ("notes", "n"));

        (await ReadAsync(new SecretUse("spec.a", "db", ["username"]), new SecretUse("spec.b", "db", ["identity"])))
            .Data("db").ShouldNotBeNull().Keys.ShouldBe(["username", "identity"], ignoreOrder: true);
    }

    private Task<UsedSecrets> ReadAsync(params SecretUse[] uses) => SecretUses.ReadAsync(
        _api, uses.Length > 0 ? uses : [new SecretUse("spec.source", "db", ["username", "password"])], "ns", Token);

    private Task<V1Secret> StoreAsync(params (string Key, string Value)[] data) => _api.CreateAsync(
        new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = "db", Namespace = "ns" },
            Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value), StringComparer.Ordinal)
        },
        Token);

    private async Task ChangeAsync(Func<V1Secret, V1Secret> change) =>
        await _api.UpdateAsync(change((await _api.GetAsync<V1Secret>("db", "ns", Token))!), Token);
}
