using Drydock.CrdGen;

namespace Drydock.Tests.Unit.Crds;

public sealed class GeneratedFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("drydock-crdgen-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Generated_files_in_repository_match_the_types() =>
        Generator.Stale(Repository.Root, Generator.Generate(CrdGen.Cli.Controllers()))
            .ShouldBeEmpty("run make generate");

    [Fact]
    public void Generator_run_twice_gives_the_same_bytes() =>
        Generator.Generate(controllers: []).ShouldBe(Generator.Generate(controllers: []));

    [Fact]
    public void Check_of_fresh_files_succeeds_and_changes_nothing()
    {
        Run("--root", _folder.FullName).ShouldBe((0, ""));
        var before = Snapshot();
        Run("--check", "--root", _folder.FullName).ShouldBe((0, ""));
        Snapshot().ShouldBe(before);
    }

    [Fact]
    public void Check_names_every_changed_missing_or_leftover_file()
    {
        Run("--root", _folder.FullName);
        File.AppendAllText(PathOf("config/crd/drydock.dev_omsupgrades.yaml"), "# by hand\n");
        File.Delete(PathOf("config/crd/kustomization.yaml"));
        File.WriteAllText(PathOf("config/crd/drydock.dev_gone.yaml"), "{}");
        var before = Snapshot();

        var (code, error) = Run("--check", "--root", _folder.FullName);

        code.ShouldBe(1);
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(
        [
            "stale: config/crd/drydock.dev_gone.yaml (run make generate)",
            "stale: config/crd/drydock.dev_omsupgrades.yaml (run make generate)",
            "stale: config/crd/kustomization.yaml (run make generate)",
        ]);
        Snapshot().ShouldBe(before);
    }

    [Fact]
    public void Generator_removes_the_definition_of_a_removed_kind()
    {
        Run("--root", _folder.FullName);
        File.WriteAllText(PathOf("config/crd/drydock.dev_gone.yaml"), "{}");
        Run("--root", _folder.FullName);
        File.Exists(PathOf("config/crd/drydock.dev_gone.yaml")).ShouldBeFalse();
    }

    [Fact]
    public void Kustomization_lists_every_definition()
    {
        var listed = YamlToJson.ReadAll(Repository.PathOf("config", "crd", "kustomization.yaml")).Single()["resources"]!
            .AsArray().Select(item => item!.GetValue<string>());
        var present = Directory.EnumerateFiles(Repository.PathOf("config", "crd"), "drydock.dev_*.yaml")
            .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);
        listed.ShouldBe(present);
    }

    private (int Code, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter { NewLine = "\n" };
        return (CrdGen.Cli.Run(args, output, error), error.ToString());
    }

    private string PathOf(string path) => Path.Combine(_folder.FullName, path);

    private Dictionary<string, string> Snapshot() =>
        Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .ToDictionary(path => path, File.ReadAllText);
}
