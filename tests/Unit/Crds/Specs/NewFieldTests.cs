using System.Text.Json.Serialization;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>
/// What a new field of a spec takes: the type with its attributes. Hashes, connections and watched Secrets follow.
/// </summary>
public sealed class NewFieldTests
{
    private static readonly NewerSpec Spec = new()
    {
        Version = "2",
        Servers = [new NewerServer { Name = "a", Address = "10.0.0.1" }],
        Store = new NewerStore { Path = "/x", KeySecretRef = new SecretReference { Name = "key" } },
    };

    [Fact]
    public void Identity_field_changes_the_identity_hash_alone() =>
        Changes(Spec with { Version = "3" }, FieldClass.Identity);

    [Fact]
    public void Access_field_in_an_identity_list_changes_access_alone() =>
        Changes(Spec with { Servers = [new NewerServer { Name = "a", Address = "10.0.0.2" }] }, FieldClass.Access);

    [Fact]
    public void Timing_field_changes_timing_alone() => Changes(Spec with { Patience = "9m" }, FieldClass.Timing);

    [Fact]
    public void Control_field_changes_control_alone() => Changes(Spec with { Paused = true }, FieldClass.Control);

    [Fact]
    public void Secret_reference_in_an_identity_part_is_access() =>
        Changes(
            Spec with { Store = Spec.Store! with { KeySecretRef = new SecretReference { Name = "other" } } },
            FieldClass.Access);

    [Fact]
    public void Presence_of_an_optional_part_changes_the_identity() =>
        Hash(new NewerSpec { Store = new NewerStore() }, FieldClass.Identity)
            .ShouldNotBe(Hash(new NewerSpec(), FieldClass.Identity));

    [Fact]
    public void Order_and_number_of_items_change_the_identity()
    {
        var (a, b) = (new NewerServer { Name = "a" }, new NewerServer { Name = "b" });
        string[] hashes =
        [
            Hash(new NewerSpec { Servers = [a, b] }, FieldClass.Identity),
            Hash(new NewerSpec { Servers = [b, a] }, FieldClass.Identity),
            Hash(new NewerSpec { Servers = [a] }, FieldClass.Identity), Hash(new NewerSpec(), FieldClass.Identity),
        ];
        hashes.ShouldBeUnique();
    }

    [Fact]
    public void New_field_with_a_default_keeps_stored_hashes() =>
        FieldClasses.Hash(new OlderSpec { Version = "2" }, NewFieldJson.Default.OlderSpec, FieldClass.Identity)
            .ShouldBe(Hash(new NewerSpec { Version = "2" }, FieldClass.Identity));

    [Fact]
    public void New_reference_is_found_with_its_keys()
    {
        var use = SecretReferences.In(Spec, NewFieldJson.Default.NewerSpec).ShouldHaveSingleItem();
        use.Field.ShouldBe("spec.store.keySecretRef");
        use.Name.ShouldBe("key");
        use.Keys.ShouldBe(["key.pem"]);
    }

    [Fact]
    public void Reference_without_keys_is_refused_with_the_field() =>
        Should.Throw<InvalidOperationException>(
            () => SecretReferences.In(new UndecidedSpec(), NewFieldJson.Default.UndecidedSpec))
            .Message.ShouldContain("spec.secretRef");

    private static void Changes(NewerSpec changed, FieldClass expected)
    {
        foreach (var fieldClass in Enum.GetValues<FieldClass>())
        {
            (Hash(changed, fieldClass) != Hash(Spec, fieldClass))
                .ShouldBe(fieldClass == expected, fieldClass.ToString());
        }
    }

    private static string Hash(NewerSpec spec, FieldClass fieldClass) =>
        FieldClasses.Hash(spec, NewFieldJson.Default.NewerSpec, fieldClass);
}

internal sealed record OlderSpec
{
    [FieldClass(FieldClass.Identity)]
    public string Version { get; init; } = "";
}

internal sealed record NewerSpec
{
    [FieldClass(FieldClass.Identity)]
    public string Version { get; init; } = "";

    [FieldClass(FieldClass.Identity)]
    public int Copies { get; init; } = 3;

    [FieldClass(FieldClass.Identity)]
    [ListMap("name")]
    public List<NewerServer> Servers { get; init; } = [];

    [FieldClass(FieldClass.Identity)]
    public NewerStore? Store { get; init; }

    [FieldClass(FieldClass.Timing)]
    public string Patience { get; init; } = "5m";

    [FieldClass(FieldClass.Control)]
    public bool Paused { get; init; }
}

internal sealed record NewerServer
{
    public string Name { get; init; } = "";

    [FieldClass(FieldClass.Access)]
    public string Address { get; init; } = "";
}

internal sealed record NewerStore
{
    public string Path { get; init; } = "";

    [FieldClass(FieldClass.Access)]
    [SecretKeys("key.pem")]
    public SecretReference? KeySecretRef { get; init; }
}

internal sealed record UndecidedSpec
{
    public SecretReference SecretRef { get; init; } = new() { Name = "some" };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(OlderSpec))]
[JsonSerializable(typeof(NewerSpec))]
[JsonSerializable(typeof(UndecidedSpec))]
internal sealed partial class NewFieldJson : JsonSerializerContext;
