# Drydock. `make help` lists the targets.
SHELL := /bin/bash
CONFIGURATION ?= Release
ARTIFACTS := artifacts/bin
LAB := dotnet $(ARTIFACTS)/Lab/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/Drydock.Lab.dll
OPERATOR := $(ARTIFACTS)/Operator/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/Drydock.Operator.dll
PLUGIN := $(ARTIFACTS)/Cli/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/kubectl-drydock.dll
VARIANT ?= default
ARCH ?= amd64,arm64
DIST ?= dist
CAMPAIGN_MINUTES ?= 480
CHAOS_MINUTES ?= 60
CHAOS_LANES ?= $(shell nproc)
SOAK_MINUTES ?= 20
export CONFIGURATION

# Each stage prints one line; its output is in artifacts/logs.
RECIPES := tests/Lab/recipes
STAGES := bash $(RECIPES)/stages.sh artifacts/logs
PACKAGES := "Debian packages" "bash $(RECIPES)/packages.sh"
DEMO_PACKAGES := "Debian packages" "bash $(RECIPES)/packages.sh demo"
KUBE := "Kubernetes 1.20" "bash $(RECIPES)/kube.sh"
MODERN_CRD := "current CRD server" "bash $(RECIPES)/modern-crd.sh"
OMS := "images and database of OMS" "bash tests/Lab/Oms/images/build.sh && bash $(RECIPES)/metadb-template.sh && bash $(RECIPES)/busybox-image.sh"
STANDIN := "database stand-ins" "bash $(RECIPES)/standin.sh"
DEMO_PROPERTIES := -c $(CONFIGURATION) -p:RunAnalyzers=false -v quiet -nologo
BUILD_DEMO := dotnet build src/Operator $(DEMO_PROPERTIES) && dotnet build src/Cli $(DEMO_PROPERTIES) && dotnet build tests/Lab $(DEMO_PROPERTIES)

KUBE_CLIENTS := "Helm and kubectl" "bash $(RECIPES)/kube-clients.sh"
ARGO_LUA := "Argo CD's interpreter" "bash $(RECIPES)/argo-lua.sh"
REQUIREMENTS := $(PACKAGES) $(KUBE) $(STANDIN) $(ARGO_LUA) $(KUBE_CLIENTS)
BUILD := dotnet build Operator.sln -c $(CONFIGURATION) -v quiet -nologo

.DEFAULT_GOAL := help
.PHONY: help prepare build build-native build-demo generate argocd-data check format test unit integration endtoend demo demo-play demo-break demo-mend demo-tidb demo-bmdb demo-down run image cli release-dry install uninstall campaign chaos bench soak hostile clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

prepare: ## Install and build the requirements of the lab (apt, apiserver, images), into the cache
	@$(STAGES) $(REQUIREMENTS)

build: ## Build everything, warnings as errors
	@$(BUILD)

build-native: build # Build everything, and compile the operator's assemblies to native code as its image does
	@bash $(RECIPES)/ahead-of-time.sh

generate: ## Generate config/crd, config/rbac, the pages of the kinds in docs/reference and charts/drydock/templates from the types
	@dotnet run --project tools/CrdGen -c $(CONFIGURATION) --
	@bash config/assemble.sh

argocd-data: build ## Write the test data of Argo CD's scripts from runs of the operator in memory
	@DRYDOCK_REFRESH=argocd dotnet $(ARTIFACTS)/Unit/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/Drydock.Tests.Unit.dll -noLogo -class Drydock.Tests.Unit.Install.ArgoDataTests

check: build ## Check that generated files are current and the code is formatted
	@dotnet run --project tools/CrdGen -c $(CONFIGURATION) --no-build -- --check
	@dotnet format whitespace . --folder --verify-no-changes

format: ## Format the code
	@dotnet format Operator.sln

# What is fetched leaves the processors to the build.
test: ## Run the unit tests, and the integration and end-to-end tests on real parts that every change must pass
	@$(STAGES) $(REQUIREMENTS) --beside "build" "$(BUILD)"
	@$(MAKE) --no-print-directory BUILD=true check build-native
	@bash tests/run.sh Unit Integration EndToEnd

unit: build ## Run the unit tests; DRYDOCK_SAMPLE=all runs every case of the long enumerations
	@bash tests/run.sh Unit

integration: prepare build-native ## Run the integration tests; DRYDOCK_SAMPLE=all runs every variant
	@bash tests/run.sh Integration

endtoend: prepare build-native ## Run the end-to-end tests; DRYDOCK_SAMPLE=all runs every variant
	@bash tests/run.sh EndToEnd

build-demo: # Build only the operator and the lab
	@$(BUILD_DEMO)

# The demos need neither the current CRD server nor the tests, and the operator is built while packages are fetched.
demo: ## Watch the upgrade of an OMS from 3.2.2 to 4.2.2 on real parts
	@$(STAGES) $(DEMO_PACKAGES) $(KUBE) $(OMS) --beside "operator and lab" "$(BUILD_DEMO)"
	@$(LAB) demo --operator $(OPERATOR) --plugin $(PLUGIN)

demo-play: ## The same upgrade, stopped at its plan: start it, break it, repeat it, roll it back
	@$(STAGES) $(DEMO_PACKAGES) $(KUBE) $(OMS) --beside "operator and lab" "$(BUILD_DEMO)"
	@$(LAB) demo --operator $(OPERATOR) --plugin $(PLUGIN) --play

demo-break: ## Break the OMS of the demo: a command that must run once fails in the downtime
	@$(LAB) demo-break

demo-mend: ## Repair what demo-break broke
	@$(LAB) demo-break --mend

demo-tidb: ## Watch the upgrade of a TiDB on three hosts from 2.1 to 3.0 while a client reads and writes
	@$(STAGES) $(PACKAGES) $(KUBE) $(STANDIN) --beside "operator and lab" "$(BUILD_DEMO)"
	@$(LAB) demo-database tidb --operator $(OPERATOR)

demo-bmdb: ## Watch the upgrade of a BMDB on three hosts from 2.16 to 2.18 while a client reads and writes
	@$(STAGES) $(PACKAGES) $(KUBE) $(STANDIN) --beside "operator and lab" "$(BUILD_DEMO)"
	@$(LAB) demo-database bmdb --operator $(OPERATOR)

demo-down: ## End the demo lab and remove all its files
	@if [ -f $(ARTIFACTS)/Lab/release/Drydock.Lab.dll ]; then $(LAB) down; fi

run: build-demo ## Run the operator against the current kubeconfig
	@dotnet $(OPERATOR)

image: ## Build the operator's image as artifacts/image/drydock-operator.tar; IMAGE=registry.example/drydock-operator:0.1.0, ARCH=amd64,arm64
	@bash image/build.sh --arch "$(ARCH)" $(if $(IMAGE),--name "$(IMAGE)")

cli: ## Build kubectl-drydock for all systems into artifacts/cli; CLI_RIDS=linux-x64, BASE_URL=https://example.com/drydock
	@bash src/Cli/packaging/build.sh

release-dry: ## Make what a release publishes in DIST=dist: image, chart, manifests, plugin, bundle, notes; REGISTRY=ghcr.io/owner/drydock, REPO=owner/drydock
	@bash config/release.sh "$(REGISTRY)" "$(REPO)" "$(DIST)"

install: ## Install CRDs and operator into the current cluster; IMAGE=registry.example/drydock-operator:0.1.0, VARIANT=default, s3-only or namespaced
	@bash config/install.sh install "$(IMAGE)" "$(VARIANT)"

uninstall: ## Remove the operator, its roles and its CRDs from the current cluster, and keep the dumps; VARIANT=default
	@bash config/install.sh uninstall "$(VARIANT)"

campaign: prepare build-native ## Run what make test leaves out: variants, pages, images, the lab's tests, current CRD server, mutants, chaos, soak, hostile; CAMPAIGN_MINUTES=480, CAMPAIGN_ONLY=text[,text]; keeps docs/project/reliability/campaign.csv
	@$(STAGES) $(MODERN_CRD)
	@CAMPAIGN_MINUTES=$(CAMPAIGN_MINUTES) CAMPAIGN_ONLY=$(CAMPAIGN_ONLY) CHAOS_MINUTES=$(CHAOS_MINUTES) CHAOS_LANES=$(CHAOS_LANES) SOAK_MINUTES=$(SOAK_MINUTES) bash tests/campaign.sh

chaos: prepare build-native ## Cause every accident, one case after the other; CHAOS_MINUTES=60, CHAOS_LANES=2, CHAOS_ONLY=text[,text]; continues where docs/project/reliability/ledger.csv ends
	@CHAOS_MINUTES=$(CHAOS_MINUTES) CHAOS_LANES=$(CHAOS_LANES) dotnet $(ARTIFACTS)/Benchmarks/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/Drydock.Benchmarks.dll chaos

bench: prepare build-native ## Compare the operator with the shell runbook and the plain tools; BENCH_ONLY=upgrade,regions,databases,databases-zones,footprint,scale,dumps; writes docs/project/performance.md
	@dotnet $(ARTIFACTS)/Benchmarks/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/Drydock.Benchmarks.dll bench

hostile: prepare build-native ## Send ten thousand random and hostile manifests to an operator process
	@HOSTILE_MANIFESTS=10000 dotnet $(ARTIFACTS)/EndToEnd/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/Drydock.Tests.EndToEnd.dll -class Drydock.Tests.EndToEnd.Hostile.HostileManifestTests

soak: prepare build-native ## Run a long load on one operator process and check for leaks; SOAK_MINUTES=20; writes its section of docs/project/reliability.md
	@SOAK_MINUTES=$(SOAK_MINUTES) dotnet $(ARTIFACTS)/Benchmarks/$(shell echo $(CONFIGURATION) | tr A-Z a-z)/Drydock.Benchmarks.dll soak

clean: ## Remove build output
	@rm -rf artifacts
